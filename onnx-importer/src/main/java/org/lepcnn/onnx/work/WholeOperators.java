/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx.work;

import java.util.HashMap;
import java.util.Map;
import org.lepcnn.onnx.graph.Node;
import org.lepcnn.onnx.graph.StayReason;

/** Operators that multiply and run whole on the device: why, and what to export instead. */
public final class WholeOperators {
  private static final String STEPS = "each of its steps needs the one before";
  private static final String ACTIVATIONS = "it multiplies activations with activations";
  private static final String FUSED = "it is an operator of ONNX Runtime's own optimizer";
  private static final String UNFUSED =
      "Import the model as it was exported, before ONNX Runtime's optimizer fused its operators.";
  private static final String CLASSIC = "it is a model of ai.onnx.ml, not a layer";

  private static final Map<String, StayReason> REASONS = new HashMap<>();

  static {
    stay(
        "it is an operator on integers of ONNX Runtime's own",
        "Export the model with float weights, or quantized as QDQ (QuantizeLinear and"
            + " DequantizeLinear around operators of floats).",
        "MatMulInteger16");
    stay(
        "its weights are not constant",
        "Export the weights as constants, not as inputs or as values computed from inputs.",
        "QLinearConv");
    stay(
        "its weights are packed",
        "Import the model as it was before its weights were packed.",
        "MatMulNBits",
        "MatMulBnb4");
    stay(STEPS, "", "LSTM", "GRU", "RNN", "DynamicQuantizeLSTM");
    stay(
        "sums of products in this notation are not recognised",
        "Write Einsum with constant weights as MatMul.",
        "Einsum");
    stay("where it reads its input depends on the data", "", "DeformConv");
    stay(ACTIVATIONS, "", "GroupQueryAttention", "MultiHeadAttention");
    stay(ACTIVATIONS, "", "DecoderMaskedMultiHeadAttention", "CDist");
    stay(FUSED, UNFUSED, "FusedConv", "NhwcConv", "NhwcFusedConv", "FusedGemm", "GemmFastGelu");
    stay(FUSED, UNFUSED, "FusedMatMul", "FusedMatMulActivation", "TransposeMatMul", "QAttention");
    stay(FUSED, UNFUSED, "ConvTransposeWithDynamicPads");
    stay(CLASSIC, "", "LinearClassifier", "LinearRegressor", "SVMClassifier", "SVMRegressor");
  }

  private WholeOperators() {}

  /** Why a node of one of these operators stays on the device. */
  public static StayReason reason(Node node) {
    if (node.op().equals("Attention")) {
      return node.domain().isEmpty()
          ? new StayReason(ACTIVATIONS, "")
          : new StayReason(FUSED, UNFUSED);
    }
    return REASONS.get(node.op());
  }

  private static void stay(String reason, String advice, String... operators) {
    for (String operator : operators) {
      REASONS.put(operator, new StayReason(reason, advice));
    }
  }
}
