/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx.run;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.lepcnn.onnx.graph.DataDependence;
import org.lepcnn.onnx.graph.Graph;
import org.lepcnn.onnx.graph.Shapes;

/**
 * What {@link DataDependence} says of operators, against ONNX Runtime on varied inputs.
 *
 * <p>A case is an operator, its inputs and its attributes. {@code f2x3} are random numbers, {@code
 * u2x3} bytes, {@code b4} truth values, {@code i5:2x2} integers from 0 to 4; {@code =1,-1} are the
 * same integers each time, {@code =5.} is one without a dimension, {@code =1f,2f} are numbers;
 * {@code _} is left out. {@code ~i5:2} stands for one to four rows of such.
 */
@Tag("slow")
class OperatorShapesTest {
  private static final int TRIES = 12;
  private static final long OPSET = 17;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Abs f2x3",
        "Acos f2x3",
        "Acosh f2x3",
        "Add f2x3 f3",
        "Affine f2x3 alpha=2. beta=1. @9",
        "AffineGrid f1x2x3 =1,1,4,4 @20",
        "And b2x3 b3",
        "ArgMax f2x3 axis=1",
        "ArgMin f2x3 axis=0 keepdims=0",
        "Asin f2x3",
        "Asinh f2x3",
        "Atan f2x3",
        "Atanh f2x3",
        "Attention f1x2x3x4 f1x2x5x4 f1x2x5x4 @23",
        "AveragePool f1x2x6x6 kernel_shape=2,2",
        "BatchNormalization f1x2x3x3 f2 f2 f2 f2",
        "Bernoulli f2x3",
        "BitShift u4 u4 direction:LEFT",
        "BitwiseAnd u4 u4 @18",
        "BitwiseNot u4 @18",
        "BitwiseOr u4 u4 @18",
        "BitwiseXor u4 u4 @18",
        "BlackmanWindow =5.",
        "Cast f2x3 to=7",
        "CastLike f2x3 i5:1",
        "Ceil f2x3",
        "Celu f2x3",
        "CenterCropPad f4x5 =2,7 @18",
        "Clip f2x3",
        "Col2Im f1x4x9 =4,4 =2,2 @18",
        "Concat f2x3 f2x3 axis=0",
        "Conv f1x2x6x6 f4x2x3x3",
        "ConvInteger u1x1x4x4 u1x1x2x2",
        "ConvTranspose f1x2x6x6 f2x4x3x3",
        "Cos f2x3",
        "Cosh f2x3",
        "Crop f1x2x6x6 border=1,1,1,1 @9",
        "CumSum f2x3 =1",
        "DFT f1x4x1",
        "DepthToSpace f1x4x2x2 blocksize=2",
        "DequantizeLinear u2x3 f",
        "Det f3x3",
        "Div f2x3 f2x3",
        "Dropout f2x3",
        "DynamicQuantizeLinear f2x3",
        "Einsum f2x3 f3x4 equation:ij,jk->ik",
        "Elu f2x3",
        "Equal i5:2x3 i5:2x3",
        "Erf f2x3",
        "Exp f2x3",
        "Expand f1x3 =2,3",
        "EyeLike f3x3",
        "Flatten f2x3x4",
        "Floor f2x3",
        "GRU f3x2x4 f1x9x4 f1x9x3 hidden_size=3",
        "Gather f4x5 i4:2x2 axis=0",
        "GatherElements f4x5 i4:2x5 axis=0",
        "GatherND f4x5 i4:3x2",
        "Gelu f2x3 @20",
        "Gemm f2x3 f3x4",
        "GlobalAveragePool f1x2x4x4",
        "GlobalLpPool f1x2x4x4",
        "GlobalMaxPool f1x2x4x4",
        "Greater f2x3 f2x3",
        "GreaterOrEqual f2x3 f2x3",
        "GridSample f1x1x4x4 f1x3x3x2",
        "GroupNormalization f1x4x2x2 f4 f4 num_groups=2 @21",
        "HammingWindow =5.",
        "HannWindow =5.",
        "HardSigmoid f2x3",
        "HardSwish f2x3",
        "Hardmax f2x3",
        "Identity f2x3",
        "InstanceNormalization f1x2x3x3 f2 f2",
        "ImageScaler f1x3x4x4 scale=2. bias=1.,2.,3. @9",
        "IsInf f2x3",
        "IsNaN f2x3",
        "LRN f1x4x3x3 size=3",
        "LSTM f3x2x4 f1x12x4 f1x12x3 hidden_size=3",
        "LayerNormalization f2x3 f3 f3",
        "LeakyRelu f2x3",
        "Less f2x3 f2x3",
        "LessOrEqual f2x3 f2x3",
        "Log f2x3",
        "LogSoftmax f2x3",
        "LpNormalization f2x3",
        "LpPool f1x2x6x6 kernel_shape=2,2",
        "MatMul f2x3 f3x4",
        "MatMulInteger u2x3 u3x4",
        "Max f2x3 f2x3",
        "MaxPool f1x2x6x6 kernel_shape=2,2",
        "MaxRoiPool f1x1x6x6 f2x5 pooled_shape=2,2",
        "MaxUnpool f1x1x2x2 i4:1x1x2x2 kernel_shape=2,2 strides=2,2",
        "Mean f2x3 f2x3",
        "MeanVarianceNormalization f1x2x3x3",
        "MelWeightMatrix =8. =16. =8000. =0f. =4000f.",
        "Min f2x3 f2x3",
        "Mish f2x3 @18",
        "Mod f2x3 f2x3 fmod=1",
        "Mul f2x3 f2x3",
        "Multinomial f2x5 sample_size=3",
        "Neg f2x3",
        "NegativeLogLikelihoodLoss f3x5 i5:3",
        "Not b2x3",
        "OneHot i4:3 =4 f2",
        "Or b2x3 b2x3",
        "PRelu f2x3 f3",
        "Pad f2x3 =0,1,0,1",
        "Pad f2x3 =0,1,0,1 f",
        "ParametricSoftplus f2x3 alpha=1. beta=2. @9",
        "Pow f2x3 f2x3",
        "QLinearConv u1x1x4x4 f u u1x1x2x2 f u f u",
        "QLinearMatMul u2x3 f u u3x4 f u f u",
        "QuantizeLinear f2x3 f",
        "RMSNormalization f2x3 f3 @23",
        "RNN f3x2x4 f1x3x4 f1x3x3 hidden_size=3",
        "RandomNormal shape=2,3",
        "RandomNormalLike f2x3",
        "RandomUniform shape=2,3",
        "RandomUniformLike f2x3",
        "Range =0. =5. =1.",
        "Reciprocal f2x3",
        "ReduceL1 f2x3 axes=1",
        "ReduceL2 f2x3 axes=1",
        "ReduceLogSum f2x3 axes=1",
        "ReduceLogSumExp f2x3 axes=1",
        "ReduceMax f2x3 axes=1",
        "ReduceMean f2x3 axes=0",
        "ReduceMin f2x3 axes=1",
        "ReduceProd f2x3 axes=1",
        "ReduceSum f2x3 =1",
        "ReduceSumSquare f2x3 axes=1",
        "Relu f2x3",
        "Reshape f2x3 =3,-1",
        "Resize f1x1x4x4 _ =1f,1f,2f,2f",
        "Resize f1x1x4x4 _ _ =1,1,8,8",
        "ReverseSequence f4x3 i4:3",
        "RoiAlign f1x1x6x6 f2x4 i1:2",
        "RotaryEmbedding f1x2x3x4 f1x3x2 f1x3x2 @23",
        "Round f2x3",
        "STFT f1x16x1 =4. _ =8.",
        "ScaledTanh f2x3 alpha=1. beta=2. @9",
        "ScatterElements f4x5 i4:2x5 f2x5 axis=0",
        "ScatterND f4x5 i4:3x1 f3x5",
        "Selu f2x3",
        "Shape f2x3",
        "Shrink f2x3",
        "Sigmoid f2x3",
        "Sign f2x3",
        "Sin f2x3",
        "Sinh f2x3",
        "Size f2x3",
        "Slice f4x5 =1 =3 =0",
        "Softmax f2x3",
        "SoftmaxCrossEntropyLoss f3x5 i5:3",
        "Softplus f2x3",
        "Softsign f2x3",
        "SpaceToDepth f1x1x4x4 blocksize=2",
        "Split f4x3 =4",
        "Sqrt f2x3",
        "Squeeze f1x3 =0",
        "Sub f2x3 f2x3",
        "Sum f2x3 f2x3",
        "Tan f2x3",
        "Tanh f2x3",
        "ThresholdedRelu f2x3",
        "Tile f2x3 =2,1",
        "TopK f2x5 =3",
        "Transpose f2x3",
        "Trilu f3x3",
        "Unsqueeze f2x3 =0",
        "Upsample f1x1x2x2 =1f,1f,2f,2f @9",
        "Where b2x3 f2x3 f3",
        "Xor b2x3 b2x3",
        "com.microsoft::Gelu f2x3",
        "com.microsoft::QuickGelu f2x3",
        "com.microsoft::BiasGelu f2x3 f3",
        "com.microsoft::FusedMatMul f2x3 f3x4",
        "com.microsoft::FastGelu f2x3 f3",
        "com.microsoft::CDist f2x3 f4x3 metric:euclidean",
        "com.microsoft::Trilu f3x3",
        "com.microsoft::MurmurHash3 i5:4",
        "ai.onnx.ml::Normalizer f2x3 norm:L2",
        "ai.onnx.ml::Binarizer f2x3",
        "ai.onnx.ml::ArrayFeatureExtractor f2x5 i5:1x3"
      })
  void shapesFollowFromShapesAlone(String line) throws Exception {
    Case one = Case.parse(line);
    assertThat(one.dependsOnData()).as(line).isFalse();
    assertThat(one.shapes()).as(line).hasSize(1);
  }

  /** Each shows at least two shapes: the table has to know of it. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "NonZero b2x3", "Unique i4:6", "Compress f6 b6", "com.microsoft::Unique f6*",
        "Range =0. i5: =1.", "ConstantOfShape i5:2", "Expand f1x1 i5+1:2", "Tile f2x3 i5+1:2",
        "Slice f9 =0 i5+1:1", "TopK f2x9 i5+1:1", "Pad f2x3 i5:4", "OneHot i4:3 i5+4: f2"
      })
  void shapesThatFollowFromData_areKnown(String line) throws Exception {
    Case one = Case.parse(line);
    assertThat(one.dependsOnData()).as(line).isTrue();
    assertThat(one.shapes()).as(line).hasSizeGreaterThan(1);
  }

  /** Indices and updates of any number, such as those that a NonZero gives. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "ScatterND f4x5 ~i4:1 ~f5",
        "ScatterElements f4x5 ~i4:5 ~f5",
        "Scatter f4x5 ~i4:5 ~f5 @10",
        "GatherElements ~f5 i1:4x5",
        "CastLike f4x5 ~i4:5"
      })
  void shapeOfOneInput_isThatOfTheOutput(String line) throws Exception {
    Case one = Case.parse(line);
    for (int input = 0; input < one.inputs().size(); input++) {
      assertThat(DataDependence.handsOnShape(one.node(), input))
          .as(line)
          .isEqualTo(!one.inputs().get(input).startsWith("~"));
    }
    assertThat(one.shapes()).as(line).containsExactly("4x5");
  }

  /** What the table does not list may do anything. */
  @ParameterizedTest
  @ValueSource(
      strings = {"NonMaxSuppression f1x4x4 f1x1x4", "If b", "BrandNew f2", "ImageDecoder u9"})
  void operatorsThatAreNotListed_dependOnData(String line) {
    assertThat(Case.parse(line).dependsOnData()).isTrue();
  }

  /** An operator with inputs; those with a star have few different values. */
  private record Case(NodeProto proto, List<String> inputs, long opset) {
    private static final Set<String> LISTS =
        Set.of("axes", "border", "kernel_shape", "pooled_shape", "shape", "strides");

    private static final Map<String, Integer> OUTPUTS =
        Map.of("TopK", 2, "Unique", 3, "DynamicQuantizeLinear", 3);

    static Case parse(String line) {
      String[] words = line.split(" ");
      String[] name = words[0].split("::");
      NodeProto.Builder node =
          NodeProto.newBuilder().setOpType(name[name.length - 1]).addOutput("y0");
      if (name.length > 1) {
        node.setDomain(name[0]);
      }
      List<String> inputs = new ArrayList<>();
      long opset = OPSET;
      for (String word : List.of(words).subList(1, words.length)) {
        if (word.startsWith("@")) {
          opset = Long.parseLong(word.substring(1));
        } else if (word.matches("[a-z_]{2,}[=:].*")) {
          node.addAttribute(attribute(word));
        } else {
          node.addInput(word.equals("_") ? "" : "x" + inputs.size());
          inputs.add(word);
        }
      }
      for (int i = 1; i < OUTPUTS.getOrDefault(node.getOpType(), 1); i++) {
        node.addOutput("y" + i);
      }
      return new Case(node.build(), inputs, opset);
    }

    private static AttributeProto attribute(String word) {
      String[] parts = word.split("[=:]", 2);
      AttributeProto.Builder attribute = AttributeProto.newBuilder().setName(parts[0]);
      if (word.charAt(parts[0].length()) == ':') {
        return attribute
            .setType(AttributeProto.AttributeType.STRING)
            .setS(ByteString.copyFromUtf8(parts[1]))
            .build();
      }
      if (parts[1].contains(".")) {
        return floats(attribute, parts[1].split(",")).build();
      }
      if (LISTS.contains(parts[0])) {
        attribute.setType(AttributeProto.AttributeType.INTS);
        for (String number : parts[1].split(",")) {
          attribute.addInts(Long.parseLong(number));
        }
        return attribute.build();
      }
      return attribute
          .setType(AttributeProto.AttributeType.INT)
          .setI(Long.parseLong(parts[1]))
          .build();
    }

    private static AttributeProto.Builder floats(
        AttributeProto.Builder attribute, String[] numbers) {
      if (numbers.length == 1) {
        return attribute
            .setType(AttributeProto.AttributeType.FLOAT)
            .setF(Float.parseFloat(numbers[0]));
      }
      attribute.setType(AttributeProto.AttributeType.FLOATS);
      for (String number : numbers) {
        attribute.addFloats(Float.parseFloat(number));
      }
      return attribute;
    }

    org.lepcnn.onnx.graph.Node node() {
      return new org.lepcnn.onnx.graph.Node(proto);
    }

    boolean dependsOnData() {
      Graph graph = new Graph(model(new Random(0)));
      return DataDependence.dependsOnData(
          graph, node(), input -> inputs.get(input).startsWith("="));
    }

    /** The shapes of all outputs, over several inputs. */
    Set<String> shapes() {
      Set<String> shapes = new HashSet<>();
      for (int seed = 0; seed < TRIES; seed++) {
        shapes.add(
            OnnxRuntime.run(
                "Running one operator", model(new Random(seed)), Map.of(), Case::shapesOf));
      }
      return shapes;
    }

    private static String shapesOf(ai.onnxruntime.OrtSession.Result result) {
      StringBuilder text = new StringBuilder();
      for (Map.Entry<String, OnnxValue> output : result) {
        long[] shape = ((OnnxTensor) output.getValue()).getInfo().getShape();
        text.append(text.length() == 0 ? "" : " ").append(Shapes.text(shape));
      }
      return text.toString();
    }

    /** All inputs are initializers: what they are makes no difference to the operator. */
    private ModelProto model(Random random) {
      int rows = 1 + random.nextInt(4);
      GraphProto.Builder graph = GraphProto.newBuilder().setName("one").addNode(proto);
      for (int i = 0; i < inputs.size(); i++) {
        if (!proto.getInput(i).isEmpty()) {
          graph.addInitializer(tensor(inputs.get(i), rows, random).setName("x" + i));
        }
      }
      for (String output : proto.getOutputList()) {
        if (!output.isEmpty()) {
          graph.addOutput(ValueInfoProto.newBuilder().setName(output));
        }
      }
      ModelProto.Builder model =
          ModelProto.newBuilder()
              .setIrVersion(8)
              .setGraph(graph)
              .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(opset));
      if (!proto.getDomain().isEmpty()) {
        model.addOpsetImport(
            OperatorSetIdProto.newBuilder().setDomain(proto.getDomain()).setVersion(1));
      }
      return model.build();
    }

    private static TensorProto.Builder tensor(String spec, int rows, Random random) {
      if (spec.startsWith("=")) {
        return constants(spec.substring(1));
      }
      boolean severalRows = spec.startsWith("~");
      boolean few = spec.endsWith("*");
      String word = spec.replaceAll("^~|\\*$", "");
      char kind = word.charAt(0);
      String shape = word.substring(kind == 'i' ? word.indexOf(':') + 1 : 1);
      String text = severalRows ? rows + "x" + shape : shape;
      int elements = 1;
      TensorProto.Builder tensor = TensorProto.newBuilder();
      for (String dim : text.isEmpty() ? new String[0] : text.split("x")) {
        tensor.addDims(Long.parseLong(dim));
        elements *= Integer.parseInt(dim);
      }
      ByteBuffer data = ByteBuffer.allocate(8 * elements).order(ByteOrder.LITTLE_ENDIAN);
      for (int i = 0; i < elements; i++) {
        switch (kind) {
          case 'f' -> data.putFloat(few ? random.nextInt(3) : random.nextFloat() + 0.01f);
          case 'u' -> data.put((byte) random.nextInt(8));
          case 'b' -> data.put((byte) random.nextInt(2));
          default -> data.putLong(integer(word.substring(1, word.indexOf(':')), random));
        }
      }
      return tensor
          .setDataType(
              switch (kind) {
                case 'f' -> TensorProto.DataType.FLOAT_VALUE;
                case 'u' -> TensorProto.DataType.UINT8_VALUE;
                case 'b' -> TensorProto.DataType.BOOL_VALUE;
                default -> TensorProto.DataType.INT64_VALUE;
              })
          .setRawData(ByteString.copyFrom(data.flip()));
    }

    /** {@code 5+1} are integers from 1 to 5. */
    private static long integer(String range, Random random) {
      String[] parts = range.split("\\+");
      long least = parts.length > 1 ? Long.parseLong(parts[1]) : 0;
      return least + random.nextInt(Integer.parseInt(parts[0]));
    }

    private static TensorProto.Builder constants(String text) {
      boolean scalar = text.endsWith(".");
      String[] numbers = (scalar ? text.substring(0, text.length() - 1) : text).split(",");
      boolean real = numbers[0].endsWith("f");
      TensorProto.Builder tensor =
          TensorProto.newBuilder()
              .setDataType(
                  real ? TensorProto.DataType.FLOAT_VALUE : TensorProto.DataType.INT64_VALUE);
      if (!scalar) {
        tensor.addDims(numbers.length);
      }
      for (String number : numbers) {
        if (real) {
          tensor.addFloatData(Float.parseFloat(number));
        } else {
          tensor.addInt64Data(Long.parseLong(number));
        }
      }
      return tensor;
    }
  }
}
