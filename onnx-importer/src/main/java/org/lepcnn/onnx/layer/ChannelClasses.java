/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx.layer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.lepcnn.core.linear.ConvGeometry;
import org.lepcnn.onnx.graph.Graph;
import org.lepcnn.onnx.graph.Node;
import org.lepcnn.onnx.run.InstrumentedRun;

/**
 * Which channels of which values may be scaled together without a change of the model's outputs.
 *
 * <p>Every output channel of an offloaded layer begins a class. Operators f with f(m·x) = m·f(x)
 * for m &gt; 0 hand the classes on: ReLU and its kin, pooling, transposition, reshaping;
 * concatenation puts them side by side; sums make one class of those that they add. A class is
 * pinned to 1 when one of its channels comes from elsewhere, is read by another operator, or is an
 * output of the model. What remains can be scaled where it is produced and scaled back where it is
 * read, both in the weights of offloaded layers.
 */
public final class ChannelClasses {
  private static final int PINNED = 0;

  private final Graph graph;
  private final InstrumentedRun run;
  private final Map<String, Channels> values = new HashMap<>();
  private final List<Integer> parents = new ArrayList<>(List.of(PINNED));

  /**
   * A value's channels along one of its axes.
   *
   * @param ids one class a channel
   */
  @SuppressWarnings("ArrayRecordComponent") // a carrier, never compared
  private record Channels(int axis, int[] ids) {}

  public ChannelClasses(Graph graph, InstrumentedRun run) {
    this.graph = graph;
    this.run = run;
  }

  /** The class that a class has become part of. */
  public int find(int id) {
    int root = id;
    while (parents.get(root) != root) {
      root = parents.get(root);
    }
    parents.set(id, root);
    return root;
  }

  /** How many classes there are; their numbers are smaller. */
  public int count() {
    return parents.size();
  }

  public boolean isPinned(int id) {
    return find(id) == PINNED;
  }

  public void pin(int[] ids) {
    for (int id : ids) {
      union(PINNED, id);
    }
  }

  public void pin(String value) {
    Channels channels = values.get(value);
    if (channels != null) {
      pin(channels.ids());
    }
  }

  /** The classes of the channels that a layer reads, or null where all are pinned. */
  public int[] reads(LinearLayer layer) {
    Channels channels = values.get(layer.input());
    if (channels == null) {
      return null;
    }
    ConvGeometry g = layer.geometry();
    int[] ids = refit(channels, layer.input(), g.batch(), g.inChannels(), g.inPlane());
    if (ids == null) {
      pin(channels.ids());
    }
    return ids;
  }

  /** New classes for the channels that a layer writes, or null where they have no axis. */
  public int[] writes(LinearLayer layer) {
    long[] dims = layer.outputDims();
    ConvGeometry g = layer.geometry();
    int axis = layer.channelAxis();
    if (axis == LinearLayer.NO_AXIS
        || dims[axis] != g.outChannels()
        || product(dims, 0, axis) != g.batch()
        || product(dims, axis + 1, dims.length) != g.planeSize()) {
      return null;
    }
    int[] ids = new int[g.outChannels()];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = parents.size();
      parents.add(ids[i]);
    }
    values.put(layer.output(), new Channels(axis, ids));
    return ids;
  }

  /** Hands the classes of a node's inputs on to its output, or pins them. */
  public void pass(Node node) {
    Channels result = node.domain().isEmpty() ? result(node) : null;
    if (result == null) {
      node.reads().forEach(this::pin);
    } else {
      values.put(node.output(), result);
    }
  }

  private Channels result(Node node) {
    return switch (node.op()) {
      case "Relu", "LeakyRelu" -> values.get(node.input(0));
      case "PRelu" -> graph.isConstant(node.input(1)) ? values.get(node.input(0)) : null;
      case "MaxPool", "AveragePool", "GlobalAveragePool", "GlobalMaxPool" -> pooled(node);
      case "Transpose" -> transposed(node);
      case "Reshape", "Flatten", "Squeeze", "Unsqueeze" -> reshaped(node);
      case "Add", "Sub", "Sum", "Max", "Min" -> merged(node);
      case "Concat" -> concatenated(node);
      default -> null;
    };
  }

  private Channels pooled(Node node) {
    Channels input = values.get(node.input(0));
    return input != null && input.axis() == 1 ? input : null;
  }

  private Channels transposed(Node node) {
    Channels input = values.get(node.input(0));
    if (input == null) {
      return null;
    }
    int rank = run.type(node.input(0)).dims().length;
    long[] order = node.integers("perm");
    for (int axis = 0; axis < rank; axis++) {
      if ((order == null ? rank - 1 - axis : order[axis]) == input.axis()) {
        return new Channels(axis, input.ids());
      }
    }
    return null;
  }

  private Channels reshaped(Node node) {
    Channels input = values.get(node.input(0));
    long[] dims = run.type(node.output()).dims();
    for (int axis = 0; input != null && axis < dims.length; axis++) {
      long outer = product(dims, 0, axis);
      long inner = product(dims, axis + 1, dims.length);
      int[] ids = refit(input, node.input(0), outer, dims[axis], inner);
      if (ids != null) {
        return new Channels(axis, ids);
      }
    }
    return null;
  }

  private Channels merged(Node node) {
    Channels first = values.get(node.input(0));
    long[] dims = run.type(node.output()).dims();
    for (int i = 0; i < node.inputCount(); i++) {
      Channels other = values.get(node.input(i));
      if (first == null
          || other == null
          || other.axis() != first.axis()
          || !Arrays.equals(run.type(node.input(i)).dims(), dims)) {
        return null;
      }
    }
    for (int i = 1; i < node.inputCount(); i++) {
      union(first.ids(), values.get(node.input(i)).ids());
    }
    return first;
  }

  private Channels concatenated(Node node) {
    Channels first = values.get(node.input(0));
    long[] dims = run.type(node.output()).dims();
    long axis = node.integer("axis", 1);
    axis = axis < 0 ? axis + dims.length : axis;
    if (first == null) {
      return null;
    }
    int[] ids = first.ids();
    for (int i = 1; i < node.inputCount(); i++) {
      Channels other = values.get(node.input(i));
      if (other == null || other.axis() != first.axis()) {
        return null;
      }
      if (axis == first.axis()) {
        int before = ids.length;
        ids = Arrays.copyOf(ids, before + other.ids().length);
        System.arraycopy(other.ids(), 0, ids, before, other.ids().length);
      } else {
        union(ids, other.ids());
      }
    }
    return new Channels(first.axis(), ids);
  }

  /**
   * The classes along another axis of the same elements in row-major order: {@code outer} times
   * {@code count} times {@code inner} of them. Null when elements of different classes would share
   * an index.
   */
  private int[] refit(Channels channels, String value, long outer, long count, long inner) {
    long[] dims = run.type(value).dims();
    int[] ids = channels.ids();
    long ownOuter = product(dims, 0, channels.axis());
    long ownInner = product(dims, channels.axis() + 1, dims.length);
    if (outer == 0 || inner == 0 || count == 0 || ownInner == 0) {
      return null;
    }
    boolean sameElements = outer * count * inner == ownOuter * ids.length * ownInner;
    if (!sameElements || ownOuter % outer != 0 || ownInner % inner != 0) {
      return null;
    }
    int[] refitted = new int[Math.toIntExact(count)];
    for (int i = 0; i < refitted.length; i++) {
      refitted[i] = ids[(int) (i * inner / ownInner % ids.length)];
    }
    return refitted;
  }

  private void union(int[] some, int[] others) {
    for (int i = 0; i < some.length; i++) {
      union(some[i], others[i]);
    }
  }

  private void union(int one, int other) {
    int a = find(one);
    int b = find(other);
    parents.set(Math.max(a, b), Math.min(a, b));
  }

  private static long product(long[] dims, int from, int to) {
    long product = 1;
    for (int i = from; i < to; i++) {
      product *= dims[i];
    }
    return product;
  }
}
