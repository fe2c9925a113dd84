/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx.graph;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which operators give outputs whose shape, or whose very execution, depends on the elements of
 * their inputs: a table by domain.
 *
 * <ul>
 *   <li>Operators do unless they are listed in {@link #STATIC_OPERATORS}, in which shapes follow
 *       from shapes and attributes alone: what nobody has looked at may do anything.
 *   <li>Listed ones do when they take a shape, size, axis or count from an input of {@link
 *       #SHAPE_INPUTS} that is not fixed.
 *   <li>Operators of {@link #SHAPE_OF_ONE} have the shape of one input, whatever the others are;
 *       {@code Shape} and {@code Size} have one of their own.
 *   <li>A node with a body, such as {@code Scan}, does unless its body holds only operators that do
 *       not whatever their inputs.
 * </ul>
 */
public final class DataDependence {
  /** First and last index of the inputs that determine the output shape. */
  private static final Map<String, int[]> SHAPE_INPUTS =
      Map.ofEntries(
          Map.entry("Reshape", new int[] {1, 1}),
          Map.entry("Expand", new int[] {1, 1}),
          Map.entry("ConstantOfShape", new int[] {0, 0}),
          Map.entry("Tile", new int[] {1, 2}),
          Map.entry("Slice", new int[] {1, 4}),
          Map.entry("Range", new int[] {0, 2}),
          Map.entry("Resize", new int[] {1, 3}),
          Map.entry("Upsample", new int[] {1, 1}),
          Map.entry("Pad", new int[] {1, 3}),
          Map.entry("OneHot", new int[] {1, 1}),
          Map.entry("TopK", new int[] {1, 1}),
          Map.entry("Squeeze", new int[] {1, 1}),
          Map.entry("Unsqueeze", new int[] {1, 1}),
          Map.entry("Split", new int[] {1, 1}),
          Map.entry("SplitToSequence", new int[] {1, 1}),
          Map.entry("CenterCropPad", new int[] {1, 1}),
          Map.entry("MaxUnpool", new int[] {2, 2}),
          Map.entry("AffineGrid", new int[] {1, 1}),
          Map.entry("Col2Im", new int[] {1, 2}),
          Map.entry("DFT", new int[] {1, 2}),
          Map.entry("STFT", new int[] {1, 3}),
          Map.entry("BlackmanWindow", new int[] {0, 0}),
          Map.entry("HannWindow", new int[] {0, 0}),
          Map.entry("HammingWindow", new int[] {0, 0}),
          Map.entry("MelWeightMatrix", new int[] {0, 1}));

  /**
   * Operators whose output has the shape of one input, by its index: of the others, such as the
   * indices of a {@code ScatterND}, neither elements nor shapes matter.
   */
  private static final Map<String, Integer> SHAPE_OF_ONE = new HashMap<>();

  static {
    for (String operator :
        List.of(
            "BatchNormalization",
            "CastLike",
            "Clip",
            "CumSum",
            "DequantizeLinear",
            "Dropout",
            "GroupNormalization",
            "InstanceNormalization",
            "LayerNormalization",
            "PRelu",
            "QuantizeLinear",
            "ReverseSequence",
            "Scatter",
            "ScatterElements",
            "ScatterND",
            "Trilu")) {
      SHAPE_OF_ONE.put(operator, 0);
    }
    SHAPE_OF_ONE.put("GatherElements", 1);
  }

  /**
   * Operators whose output shapes follow from shapes, attributes and {@link #SHAPE_INPUTS}, by
   * domain.
   */
  private static final Map<String, Set<String>> STATIC_OPERATORS =
      Map.of(
          "",
          Set.of(
              "Abs",
              "Acos",
              "Acosh",
              "Add",
              "Affine",
              "AffineGrid",
              "And",
              "ArgMax",
              "ArgMin",
              "Asin",
              "Asinh",
              "Atan",
              "Atanh",
              "Attention",
              "AveragePool",
              "BatchNormalization",
              "Bernoulli",
              "BitShift",
              "BitwiseAnd",
              "BitwiseNot",
              "BitwiseOr",
              "BitwiseXor",
              "BlackmanWindow",
              "Cast",
              "CastLike",
              "Ceil",
              "Celu",
              "CenterCropPad",
              "Clip",
              "Col2Im",
              "Concat",
              "Constant",
              "ConstantOfShape",
              "Conv",
              "ConvInteger",
              "ConvTranspose",
              "Cos",
              "Cosh",
              "Crop",
              "CumSum",
              "DFT",
              "DeformConv",
              "DepthToSpace",
              "DequantizeLinear",
              "Det",
              "Div",
              "Dropout",
              "DynamicQuantizeLinear",
              "Einsum",
              "Elu",
              "Equal",
              "Erf",
              "Exp",
              "Expand",
              "EyeLike",
              "Flatten",
              "Floor",
              "GRU",
              "Gather",
              "GatherElements",
              "GatherND",
              "Gelu",
              "Gemm",
              "GlobalAveragePool",
              "GlobalLpPool",
              "GlobalMaxPool",
              "Greater",
              "GreaterOrEqual",
              "GridSample",
              "GroupNormalization",
              "HammingWindow",
              "HannWindow",
              "HardSigmoid",
              "HardSwish",
              "Hardmax",
              "Identity",
              "ImageScaler",
              "InstanceNormalization",
              "IsInf",
              "IsNaN",
              "LRN",
              "LSTM",
              "LayerNormalization",
              "LeakyRelu",
              "Less",
              "LessOrEqual",
              "Log",
              "LogSoftmax",
              "LpNormalization",
              "LpPool",
              "MatMul",
              "MatMulInteger",
              "Max",
              "MaxPool",
              "MaxRoiPool",
              "MaxUnpool",
              "Mean",
              "MeanVarianceNormalization",
              "MelWeightMatrix",
              "Min",
              "Mish",
              "Mod",
              "Mul",
              "Multinomial",
              "Neg",
              "NegativeLogLikelihoodLoss",
              "Not",
              "OneHot",
              "OptionalHasElement",
              "Or",
              "PRelu",
              "Pad",
              "ParametricSoftplus",
              "Pow",
              "QLinearConv",
              "QLinearMatMul",
              "QuantizeLinear",
              "RMSNormalization",
              "RNN",
              "RandomNormal",
              "RandomNormalLike",
              "RandomUniform",
              "RandomUniformLike",
              "Range",
              "Reciprocal",
              "ReduceL1",
              "ReduceL2",
              "ReduceLogSum",
              "ReduceLogSumExp",
              "ReduceMax",
              "ReduceMean",
              "ReduceMin",
              "ReduceProd",
              "ReduceSum",
              "ReduceSumSquare",
              "RegexFullMatch",
              "Relu",
              "Reshape",
              "Resize",
              "ReverseSequence",
              "RoiAlign",
              "RotaryEmbedding",
              "Round",
              "STFT",
              "ScaledTanh",
              "Scan",
              "Scatter",
              "ScatterElements",
              "ScatterND",
              "Selu",
              "SequenceConstruct",
              "SequenceEmpty",
              "SequenceLength",
              "Shape",
              "Shrink",
              "Sigmoid",
              "Sign",
              "Sin",
              "Sinh",
              "Size",
              "Slice",
              "Softmax",
              "SoftmaxCrossEntropyLoss",
              "Softplus",
              "Softsign",
              "SpaceToDepth",
              "Split",
              "SplitToSequence",
              "Sqrt",
              "Squeeze",
              "StringConcat",
              "Sub",
              "Sum",
              "Tan",
              "Tanh",
              "ThresholdedRelu",
              "Tile",
              "TopK",
              "Transpose",
              "Trilu",
              "Unsqueeze",
              "Upsample",
              "Where",
              "Xor"),
          "ai.onnx.ml",
          Set.of(
              "ArrayFeatureExtractor",
              "Binarizer",
              "FeatureVectorizer",
              "Imputer",
              "LabelEncoder",
              "LinearClassifier",
              "LinearRegressor",
              "Normalizer",
              "OneHotEncoder",
              "SVMClassifier",
              "SVMRegressor",
              "Scaler",
              "TreeEnsemble",
              "TreeEnsembleClassifier",
              "TreeEnsembleRegressor"),
          "com.microsoft",
          Set.of(
              "BiasAdd",
              "BiasDropout",
              "BiasGelu",
              "BiasSoftmax",
              "BiasSplitGelu",
              "CDist",
              "ComplexMul",
              "DequantizeLinear",
              "DynamicQuantizeLSTM",
              "DynamicQuantizeMatMul",
              "FastGelu",
              "FusedConv",
              "FusedGemm",
              "FusedMatMul",
              "Gelu",
              "GemmFastGelu",
              "GroupNorm",
              "Inverse",
              "Irfft",
              "IsAllFinite",
              "MatMulBnb4",
              "MatMulInteger16",
              "MatMulIntegerToFloat",
              "MatMulNBits",
              "MulInteger",
              "MurmurHash3",
              "NhwcConv",
              "NhwcMaxPool",
              "QAttention",
              "QLinearAdd",
              "QLinearAveragePool",
              "QLinearConcat",
              "QLinearConv",
              "QLinearGlobalAveragePool",
              "QLinearLeakyRelu",
              "QLinearMul",
              "QLinearReduceMean",
              "QLinearSigmoid",
              "QLinearSoftmax",
              "QLinearWhere",
              "QuantizeLinear",
              "QuickGelu",
              "ReduceSumInteger",
              "Rfft",
              "SkipGroupNorm",
              "SkipLayerNormalization",
              "SkipSimplifiedLayerNormalization",
              "Trilu"));

  private DataDependence() {}

  /** The operators that are listed, by domain. */
  public static Map<String, Set<String>> listed() {
    return STATIC_OPERATORS;
  }

  /** Tells of an input, by its index, whether it is the same in every pass. */
  @FunctionalInterface
  public interface FixedInputs {
    boolean isFixed(int input);
  }

  /**
   * Whether the shape of an output is that of its input, or computed from it: when such an input's
   * shape depends on the data, the output's does.
   *
   * @param input the input's index
   */
  public static boolean handsOnShape(Node node, int input) {
    if (!node.domain().isEmpty()) {
      return true;
    }
    return !node.is("Shape")
        && !node.is("Size")
        && input == SHAPE_OF_ONE.getOrDefault(node.op(), input);
  }

  /** Whether the shapes of a node's outputs, or whether there are any, depend on the data. */
  public static boolean dependsOnData(Graph graph, Node node, FixedInputs inputs) {
    boolean listed =
        STATIC_OPERATORS.getOrDefault(node.domain(), Set.of()).contains(node.op())
            && !graph.isFunctionCall(node);
    return !listed
        || takesShapeFromData(node, inputs)
        || node.bodies().stream().anyMatch(body -> mayDependOnData(graph, body));
  }

  private static boolean takesShapeFromData(Node node, FixedInputs inputs) {
    int[] range = node.op().startsWith("Reduce") ? new int[] {1, 1} : SHAPE_INPUTS.get(node.op());
    if (range == null || !node.domain().isEmpty()) {
      return false;
    }
    for (int i = range[0]; i <= range[1]; i++) {
      // the fill value of Pad, between its pads and axes, has no say in the shape
      boolean fillValue = node.is("Pad") && i == 2;
      if (node.hasInput(i) && !fillValue && !inputs.isFixed(i)) {
        return true;
      }
    }
    return false;
  }

  /** Inside a body nothing is known to be fixed. */
  private static boolean mayDependOnData(Graph graph, GraphProto body) {
    for (NodeProto node : body.getNodeList()) {
      if (dependsOnData(graph, new Node(node), input -> false)) {
        return true;
      }
    }
    return false;
  }
}
