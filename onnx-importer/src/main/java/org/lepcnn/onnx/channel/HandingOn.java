/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx.channel;

import ai.onnx.proto.OnnxMl.TensorProto;
import java.util.Arrays;
import org.lepcnn.onnx.graph.Graph;
import org.lepcnn.onnx.graph.Node;
import org.lepcnn.onnx.graph.Tensors;

/**
 * Operators f with f(m·x) = m·f(x) for m &gt; 0 in every channel: the classes of what they read are
 * those of what they write.
 *
 * <p>Of several inputs, all have to be scaled alike, so their classes become one; a product has one
 * factor that is scaled, and the other is pinned.
 */
final class HandingOn {
  private final Graph graph;
  private final ChannelValues values;
  private final ChannelClasses classes;

  HandingOn(Graph graph, ChannelValues values, ChannelClasses classes) {
    this.graph = graph;
    this.values = values;
    this.classes = classes;
  }

  /** The channels of the node's first output; null where it hands none on. */
  Channels result(Node node) {
    return switch (node.op()) {
      case "Relu", "LeakyRelu" -> values.of(node.input(0));
      case "PRelu" -> graph.isConstant(node.input(1)) ? values.of(node.input(0)) : null;
      case "MaxPool", "AveragePool", "GlobalAveragePool", "GlobalMaxPool" -> pooled(node);
      case "ReduceMean", "ReduceSum", "ReduceMax", "ReduceMin" -> reduced(node);
      case "Resize", "Upsample" -> keepsChannels(node) ? values.of(node.input(0)) : null;
      case "Pad" -> padded(node);
      case "Transpose" -> transposed(node);
      case "Reshape", "Flatten", "Squeeze", "Unsqueeze" -> reshaped(node);
      case "Add", "Sub", "Sum", "Max", "Min" -> tied(node);
      case "Mul", "Div" -> product(node);
      case "Concat" -> concatenated(node);
      default -> null;
    };
  }

  private Channels pooled(Node node) {
    Channels input = values.of(node.input(0));
    return input != null && input.axis() == 1 ? input : null;
  }

  /** Along other axes than the channels'. */
  private Channels reduced(Node node) {
    Channels input = values.of(node.input(0));
    long[] axes = node.hasInput(1) ? integers(node.input(1)) : node.integers("axes");
    if (input == null || axes == null || axes.length == 0) {
      return null;
    }
    int rank = values.dims(node.input(0)).length;
    int before = 0;
    for (long axis : axes) {
      long counted = axis < 0 ? axis + rank : axis;
      if (counted == input.axis()) {
        return null;
      }
      before += counted < input.axis() ? 1 : 0;
    }
    return node.integer("keepdims", 1) == 1
        ? input
        : new Channels(input.axis() - before, input.ids());
  }

  /** Whether an interpolation leaves every channel to itself. */
  private boolean keepsChannels(Node node) {
    Channels input = values.of(node.input(0));
    if (input == null
        || node.string("coordinate_transformation_mode", "").equals("tf_crop_and_resize")
        || node.integers("axes") != null) {
      return false;
    }
    int axis = input.axis();
    if (node.hasInput(3)) {
      boolean stretches = node.string("keep_aspect_ratio_policy", "stretch").equals("stretch");
      return stretches && values.dims(node.output())[axis] == input.ids().length;
    }
    String scales = node.input(node.is("Resize") && graph.opset() >= 11 ? 2 : 1);
    TensorProto constant = graph.constants().get(scales);
    return constant != null
        && Tensors.isFloat(constant)
        && Tensors.elements(Tensors.dims(constant)) > axis
        && Tensors.floats(constant)[axis] == 1;
  }

  private Channels padded(Node node) {
    Channels input = values.of(node.input(0));
    long[] pads = node.hasInput(1) ? integers(node.input(1)) : node.integers("pads");
    boolean constant = node.string("mode", "constant").equals("constant");
    if (input == null || pads == null || node.hasInput(3) || (constant && !padsWithZeros(node))) {
      return null;
    }
    int rank = values.dims(node.input(0)).length;
    long before = pads[input.axis()];
    long after = pads[input.axis() + rank];
    if (before == 0 && after == 0) {
      return input;
    }
    if (!constant || before < 0 || after < 0) {
      return null;
    }
    // any factor suits channels of zeros
    int[] ids = classes.fresh(Math.toIntExact(before + input.ids().length + after));
    System.arraycopy(input.ids(), 0, ids, Math.toIntExact(before), input.ids().length);
    return new Channels(input.axis(), ids);
  }

  private boolean padsWithZeros(Node node) {
    return node.hasInput(2) ? isZero(node.input(2)) : node.real("value", 0) == 0;
  }

  private Channels transposed(Node node) {
    Channels input = values.of(node.input(0));
    if (input == null) {
      return null;
    }
    int rank = values.dims(node.input(0)).length;
    long[] order = node.integers("perm");
    for (int axis = 0; axis < rank; axis++) {
      if ((order == null ? rank - 1 - axis : order[axis]) == input.axis()) {
        return new Channels(axis, input.ids());
      }
    }
    return null;
  }

  private Channels reshaped(Node node) {
    long[] dims = values.dims(node.output());
    for (int axis = 0; axis < dims.length; axis++) {
      long outer = ChannelValues.product(dims, 0, axis);
      long inner = ChannelValues.product(dims, axis + 1);
      int[] ids = values.refit(node.input(0), outer, dims[axis], inner);
      if (ids != null) {
        return new Channels(axis, ids);
      }
    }
    return null;
  }

  /** What is added or compared has one factor; the operands may be broadcast along other axes. */
  private Channels tied(Node node) {
    Channels first = null;
    for (int i = 0; i < node.inputCount() && first == null; i++) {
      first = inOutput(node, i);
    }
    if (first == null) {
      return null;
    }
    for (int i = 0; i < node.inputCount(); i++) {
      Channels other = inOutput(node, i);
      if (other == null || other.axis() != first.axis()) {
        return null;
      }
      classes.union(first.ids(), other.ids());
    }
    return first;
  }

  /** An operand's channels along the output's axis; null where they are broadcast themselves. */
  private Channels inOutput(Node node, int index) {
    Channels channels = values.of(node.input(index));
    if (channels == null) {
      return null;
    }
    long[] dims = values.dims(node.output());
    int axis = channels.axis() + dims.length - values.dims(node.input(index)).length;
    return dims[axis] == channels.ids().length ? new Channels(axis, channels.ids()) : null;
  }

  /** A product of one scaled operand with something else, a gate for instance. */
  private Channels product(Node node) {
    boolean secondMay = node.is("Mul") && values.isFree(node.input(1));
    long[] dims = values.dims(node.output());
    int scaled =
        secondMay
                && (!values.isFree(node.input(0))
                    || !Arrays.equals(values.dims(node.input(0)), dims))
            ? 1
            : 0;
    values.pin(node.input(1 - scaled));
    return inOutput(node, scaled);
  }

  /** Channels side by side keep their classes; what cannot be scaled is pinned for itself. */
  private Channels concatenated(Node node) {
    Channels first = null;
    for (int i = 0; i < node.inputCount() && first == null; i++) {
      first = values.of(node.input(i));
    }
    if (first == null) {
      return null;
    }
    int rank = values.dims(node.output()).length;
    long stated = node.integer("axis", 1);
    boolean sideBySide = (stated < 0 ? stated + rank : stated) == first.axis();
    int[] ids = sideBySide ? new int[0] : first.ids();
    for (String input : node.proto().getInputList()) {
      int[] part = partOf(input, first.axis());
      if (sideBySide) {
        int before = ids.length;
        ids = Arrays.copyOf(ids, before + part.length);
        System.arraycopy(part, 0, ids, before, part.length);
      } else {
        classes.union(ids, part);
      }
    }
    return new Channels(first.axis(), ids);
  }

  private int[] partOf(String input, int axis) {
    Channels part = values.of(input);
    if (part != null && part.axis() == axis) {
      return part.ids();
    }
    values.pin(input);
    int count = Math.toIntExact(values.dims(input)[axis]);
    return isZero(input) ? classes.fresh(count) : new int[count]; // pinned
  }

  /** Whether a value is a constant of zeros, which any factor suits. */
  private boolean isZero(String value) {
    TensorProto constant = graph.constants().get(value);
    return constant != null && Tensors.isFloat(constant) && isZero(Tensors.floats(constant));
  }

  private static boolean isZero(float[] values) {
    for (float value : values) {
      if (value != 0) {
        return false;
      }
    }
    return true;
  }

  private long[] integers(String value) {
    TensorProto constant = graph.constants().get(value);
    boolean known =
        constant != null && constant.getDataType() == TensorProto.DataType.INT64.getNumber();
    return known ? Tensors.longs(constant) : null;
  }
}
