/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx.graph;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import java.util.Arrays;
import java.util.List;

/** Makes nodes that the device runs beside a linear layer. */
public final class DeviceNodes {
  private DeviceNodes() {}

  public static Node make(String op, String output, String... inputs) {
    return new Node(builder(op, output, inputs).build());
  }

  /** A node of several outputs. */
  public static Node make(String op, List<String> outputs, String... inputs) {
    return new Node(
        builder(op, outputs.get(0), inputs).clearOutput().addAllOutput(outputs).build());
  }

  /** Cast to a type. */
  public static Node cast(String output, String input, TensorProto.DataType type) {
    AttributeProto to =
        AttributeProto.newBuilder()
            .setName("to")
            .setType(AttributeProto.AttributeType.INT)
            .setI(type.getNumber())
            .build();
    return new Node(builder("Cast", output, input).addAttribute(to).build());
  }

  /** Transpose of the last two of {@code rank} axes. */
  public static Node swapLastAxes(String output, String input, int rank) {
    int[] axes = new int[rank];
    for (int axis = 0; axis < rank - 2; axis++) {
      axes[axis] = axis;
    }
    axes[rank - 2] = rank - 1;
    axes[rank - 1] = rank - 2;
    return transpose(output, input, axes);
  }

  /** Transpose whose axis i is the input's axis {@code axes[i]}. */
  public static Node transpose(String output, String input, int... axes) {
    AttributeProto.Builder order =
        AttributeProto.newBuilder().setName("perm").setType(AttributeProto.AttributeType.INTS);
    for (int axis : axes) {
      order.addInts(axis);
    }
    return new Node(builder("Transpose", output, input).addAttribute(order).build());
  }

  private static NodeProto.Builder builder(String op, String output, String... inputs) {
    return NodeProto.newBuilder()
        .setOpType(op)
        .setName(output + "_" + op)
        .addAllInput(Arrays.asList(inputs))
        .addOutput(output);
  }
}
