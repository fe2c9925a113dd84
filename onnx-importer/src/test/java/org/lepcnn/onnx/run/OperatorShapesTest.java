/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.lepcnn.onnx.graph.DataDependence;

/** What {@link DataDependence} says of operators, against ONNX Runtime on varied inputs. */
@Tag("slow")
class OperatorShapesTest {

  private static final List<String> CASES =
      List.of(
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
          "Constant value_float=1.",
          "Constant value_ints=1,2,3",
          "ConstantOfShape =2,3",
          "Conv f1x2x6x6 f4x2x3x3",
          "ConvInteger u1x1x4x4 u1x1x2x2",
          "ConvTranspose f1x2x6x6 f2x4x3x3",
          "Cos f2x3",
          "Cosh f2x3",
          "Crop f1x2x6x6 border=1,1,1,1 @9",
          "CumSum f2x3 =1",
          "DFT f1x4x1",
          "DeformConv f1x1x4x4 f1x1x2x2 f1x8x3x3 @19",
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
          "ImageScaler f1x3x4x4 scale=2. bias=1.,2.,3. @9",
          "InstanceNormalization f1x2x3x3 f2 f2",
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
          "OptionalHasElement f2 @18",
          "Or b2x3 b2x3",
          "PRelu f2x3 f3",
          "Pad f2x3 =0,1,0,1",
          "Pad f2x3 =0,1,0,1 f",
          "Pad f2x3 =1,-1 _ =1 @18",
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
          "RegexFullMatch t3 pattern:a. @20",
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
          "Scatter f4x5 i4:2x5 f2x5 @10",
          "ScatterElements f4x5 i4:2x5 f2x5 axis=0",
          "ScatterND f4x5 i4:3x1 f3x5",
          "Selu f2x3",
          "SequenceConstruct f2x3 f4",
          "Shape f2x3",
          "Shrink f2x3",
          "Sigmoid f2x3",
          "Sign f2x3",
          "Sin f2x3",
          "Sinh f2x3",
          "Size f2x3",
          "Slice f4x5 =1 =3 =0",
          "Slice f4x5 =1 =3 =0 =2",
          "Softmax f2x3",
          "SoftmaxCrossEntropyLoss f3x5 i5:3",
          "Softplus f2x3",
          "Softsign f2x3",
          "SpaceToDepth f1x1x4x4 blocksize=2",
          "Split f4x3 =4",
          "SplitToSequence f4x3 =1,3",
          "Sqrt f2x3",
          "Squeeze f1x3 =0",
          "StringConcat t3 t3 @20",
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
          "com.microsoft::BiasGelu f2x3 f3",
          "com.microsoft::CDist f2x3 f4x3 metric:euclidean",
          "com.microsoft::DequantizeLinear u2x3 f u",
          "com.microsoft::DynamicQuantizeLSTM f3x2x4 u1x4x12 u1x3x12 _ _ _ _ _ f1 u1 f1 u1"
              + " hidden_size=3",
          "com.microsoft::DynamicQuantizeMatMul f2x3 u3x4 f u",
          "com.microsoft::FastGelu f2x3 f3",
          "com.microsoft::FusedConv f1x2x6x6 f4x2x3x3 activation:Relu",
          "com.microsoft::FusedGemm f2x3 f3x4 activation:Relu",
          "com.microsoft::FusedMatMul f2x3 f3x4",
          "com.microsoft::Gelu f2x3",
          "com.microsoft::Inverse f3x3",
          "com.microsoft::MatMulBnb4 f2x32 u16 f2 K=32 N=1 block_size=16 quant_type=1",
          "com.microsoft::MatMulInteger16 h2x3 h3x4",
          "com.microsoft::MatMulIntegerToFloat u2x3 u3x4 f f u u",
          "com.microsoft::MatMulNBits f2x32 u1x1x16 f1 K=32 N=1 bits=4 block_size=32",
          "com.microsoft::MurmurHash3 i5:4",
          "com.microsoft::NhwcMaxPool u1x6x6x2 kernel_shape=2,2",
          "com.microsoft::QAttention u1x2x4 u4x12 f12 f f _ u u num_heads=2",
          "com.microsoft::QLinearAdd u2x3 f u u2x3 f u f u",
          "com.microsoft::QLinearAveragePool u1x1x4x4 f u f u kernel_shape=2,2",
          "com.microsoft::QLinearConcat f u u2x3 f u u2x3 f u axis=0",
          "com.microsoft::QLinearConv u1x1x4x4 f u u1x1x2x2 f u f u",
          "com.microsoft::QLinearGlobalAveragePool u1x1x4x4 f u f u",
          "com.microsoft::QLinearLeakyRelu u2x3 f u f u",
          "com.microsoft::QLinearMul u2x3 f u u2x3 f u f u",
          "com.microsoft::QLinearSigmoid u2x3 f u f u",
          "com.microsoft::QLinearSoftmax u2x3 f u f u axis=1 opset=13",
          "com.microsoft::QLinearWhere b2x3 u2x3 f u u2x3 f u f u",
          "com.microsoft::QuantizeLinear f2x3 f u",
          "com.microsoft::QuickGelu f2x3",
          "com.microsoft::SkipLayerNormalization f1x2x4 f1x2x4 f4 f4",
          "com.microsoft::SkipSimplifiedLayerNormalization f1x2x4 f1x2x4 f4",
          "com.microsoft::Trilu f3x3",
          "ai.onnx.ml::ArrayFeatureExtractor f2x5 i5:1x3",
          "ai.onnx.ml::Binarizer f2x3",
          "ai.onnx.ml::FeatureVectorizer f2x3 f2x2 inputdimensions=3,2",
          "ai.onnx.ml::Imputer f2x3 imputed_value_floats=0.,0.,0. replaced_value_float=1.",
          "ai.onnx.ml::LabelEncoder i5:2x3 keys_int64s=1,2 values_int64s=3,4 @2",
          "ai.onnx.ml::LinearClassifier f2x3 coefficients=1.,2.,3.,3.,2.,1. intercepts=0.,0."
              + " classlabels_ints=4,5",
          "ai.onnx.ml::LinearRegressor f2x3 coefficients=1.,2.,3.",
          "ai.onnx.ml::Normalizer f2x3 norm:L2",
          "ai.onnx.ml::OneHotEncoder i3:4 cats_int64s=0,1,2",
          "ai.onnx.ml::SVMClassifier f2x3 coefficients=1.,2.,3.,3.,2.,1. rho=0.5,"
              + " classlabels_ints=4,5 kernel_type:LINEAR kernel_params=0.,0.,0.",
          "ai.onnx.ml::SVMRegressor f2x3 coefficients=1.,2.,3. rho=0.5, kernel_type:LINEAR"
              + " kernel_params=0.,0.,0.",
          "ai.onnx.ml::Scaler f2x3 offset=0.,0.,0. scale=1.,1.,1.",
          "ai.onnx.ml::TreeEnsembleClassifier f2x3 classlabels_int64s=4,5 nodes_featureids=0,0,0"
              + " nodes_values=0.5,0.,0. nodes_modes:BRANCH_LEQ,LEAF,LEAF nodes_treeids=0,0,0"
              + " nodes_nodeids=0,1,2 nodes_truenodeids=1,0,0 nodes_falsenodeids=2,0,0"
              + " class_treeids=0,0 class_nodeids=1,2 class_ids=0,1 class_weights=1.,2.",
          "ai.onnx.ml::TreeEnsembleRegressor f2x3 n_targets=1 nodes_featureids=0,0,0"
              + " nodes_values=0.5,0.,0. nodes_modes:BRANCH_LEQ,LEAF,LEAF nodes_treeids=0,0,0"
              + " nodes_nodeids=0,1,2 nodes_truenodeids=1,0,0 nodes_falsenodeids=2,0,0"
              + " target_treeids=0,0 target_nodeids=1,2 target_ids=0,0 target_weights=1.,2.");

  /** ONNX Runtime knows these, and has no kernel for them on a CPU. */
  private static final List<String> WITHOUT_KERNEL =
      List.of(
          "com.microsoft::BiasAdd f1x2x4 f4 f1x2x4",
          "com.microsoft::BiasDropout f2x3 f3",
          "com.microsoft::BiasSoftmax f2x3 f2x3 axis=1 is_inner_broadcast=0",
          "com.microsoft::BiasSplitGelu f1x2x8 f8",
          "com.microsoft::ComplexMul f2x4x2 f2x4x2",
          "com.microsoft::GemmFastGelu f2x3 f3x4",
          "com.microsoft::GroupNorm f1x4x4x8 f8 f8 groups=2 activation=0",
          "com.microsoft::Irfft f1x3x2 signal_ndim=1 onesided=1 normalized=0",
          "com.microsoft::IsAllFinite f2x3",
          "com.microsoft::MulInteger u2x3 u u2x3 u",
          "com.microsoft::NhwcConv f1x6x6x2 f4x3x3x2",
          "com.microsoft::QLinearReduceMean u2x3 f u f u axes=1 keepdims=1",
          "com.microsoft::Rfft f1x4 signal_ndim=1 onesided=1 normalized=0",
          "com.microsoft::SkipGroupNorm f1x4x4x8 f8 f8 f1x4x4x8 groups=2 activation=0");

  /** Operators that are listed without a case, and why. */
  private static final Map<String, String> WITHOUT_CASE =
      Map.of(
          "Scan", "its body decides: DataDependenceTest",
          "SequenceEmpty", "an empty sequence has no shapes",
          "SequenceLength", "it reads a sequence, and gives one number",
          "ai.onnx.ml::TreeEnsemble", "its attributes are tensors",
          "com.microsoft::ReduceSumInteger", "ONNX Runtime does not know the type of its output");

  static List<String> cases() {
    return CASES;
  }

  /** An operator that is new in the table needs a case, or a reason. */
  @Test
  void everyListedOperator_hasACase() {
    Set<String> listed = new TreeSet<>();
    DataDependence.listed()
        .forEach(
            (domain, operators) ->
                operators.forEach(
                    operator ->
                        listed.add(domain.isEmpty() ? operator : domain + "::" + operator)));
    Set<String> known = new TreeSet<>(WITHOUT_CASE.keySet());
    Stream.of(CASES, WITHOUT_KERNEL)
        .flatMap(List::stream)
        .forEach(line -> known.add(line.split(" ", 2)[0]));
    assertThat(known).isEqualTo(listed);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void shapesFollowFromShapesAlone(String line) throws Exception {
    OperatorCase one = OperatorCase.parse(line);
    assertThat(one.dependsOnData()).as(line).isFalse();
    assertThat(one.shapes()).as(line).hasSize(1);
  }

  static List<String> casesWithoutKernel() {
    return WITHOUT_KERNEL;
  }

  @ParameterizedTest
  @MethodSource("casesWithoutKernel")
  void operatorsWithoutAKernel_areNotRun(String line) {
    assertThatThrownBy(() -> OperatorCase.parse(line).shapes()).hasMessageContaining("no kernel");
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
    OperatorCase one = OperatorCase.parse(line);
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
    OperatorCase one = OperatorCase.parse(line);
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
    assertThat(OperatorCase.parse(line).dependsOnData()).isTrue();
  }
}
