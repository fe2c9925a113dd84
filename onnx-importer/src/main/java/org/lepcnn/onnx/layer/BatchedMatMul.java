/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx.layer;

import ai.onnx.proto.OnnxMl.TensorProto;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.lepcnn.core.linear.ConvGeometry;
import org.lepcnn.onnx.graph.DeviceNodes;
import org.lepcnn.onnx.graph.Graph;
import org.lepcnn.onnx.graph.Node;
import org.lepcnn.onnx.graph.Shapes;
import org.lepcnn.onnx.graph.StaysOnDeviceException;
import org.lepcnn.onnx.graph.Tensors;
import org.lepcnn.onnx.graph.ValueType;
import org.lepcnn.onnx.run.InstrumentedRun;

/**
 * MatMul with a constant batch of matrices, broadcast against the other operand as ONNX says.
 *
 * <p>Every batch axis is of one of three kinds: <em>images</em> (the constant has 1 there), which
 * share their matrices; <em>groups</em> (both have as many), each with matrices of its own;
 * <em>shared</em> (the other operand has 1 there), whose matrices all read the same. With the axes
 * in this order it is a convolution: images as batch, groups as groups, the outputs of all shared
 * matrices as output channels, columns as positions. Where the axes stand in another order, or the
 * constant on the right, the device transposes what it sends and what it gets; of axes of one
 * element the order does not matter.
 */
final class BatchedMatMul {
  private final Graph graph;
  private final InstrumentedRun run;
  private final Node node;
  private final TensorProto weights;
  private final boolean right;
  private final String input;
  private final long[] inDims;
  private final long[] outDims;

  /** Both with leading ones up to the same rank. */
  private final long[] own;

  private final long[] other;

  /** Batch axes: images, groups, shared. */
  private final int[] order;

  private final int images;
  private final int groups;
  private final int shared;

  /**
   * @param right whether the constant stands on the right
   */
  BatchedMatMul(Graph graph, InstrumentedRun run, Node node, TensorProto weights, boolean right)
      throws StaysOnDeviceException {
    this.graph = graph;
    this.run = run;
    this.node = node;
    this.weights = weights;
    this.right = right;
    this.input = node.input(right ? 0 : 1);
    Recognizer.requireFloat(run.type(input), weights);
    this.inDims = run.type(input).dims();
    this.outDims = run.type(node.output()).dims();
    boolean vector = inDims.length == 1;
    long[] matrix = vector && right ? new long[] {1, inDims[0]} : inDims;
    matrix = vector && !right ? new long[] {inDims[0], 1} : matrix;
    int rank = Math.max(weights.getDimsCount(), matrix.length);
    this.own = widened(Tensors.dims(weights), rank);
    this.other = widened(matrix, rank);
    int batchAxes = rank - 2;
    List<Integer> byKind = new ArrayList<>();
    int[] sizes = new int[3];
    for (int kind = 0; kind < sizes.length; kind++) {
      long size = 1;
      for (int axis = 0; axis < batchAxes; axis++) {
        if (kind(axis) == kind) {
          byKind.add(axis);
          size = Math.multiplyExact(size, Math.max(own[axis], other[axis]));
        }
      }
      sizes[kind] = Shapes.product(new long[] {size}, 0, 1);
    }
    this.order = byKind.stream().mapToInt(Integer::intValue).toArray();
    this.images = sizes[0];
    this.groups = sizes[1];
    this.shared = sizes[2];
  }

  private int kind(int axis) {
    if (own[axis] == 1) {
      return 0;
    }
    return other[axis] == 1 ? 2 : 1;
  }

  LinearLayer layer() throws StaysOnDeviceException {
    int rank = own.length;
    int rows = Shapes.product(own, rank - 2, rank - 1);
    int columns = Shapes.product(own, rank - 1, rank);
    int in = right ? rows : columns;
    int out = right ? columns : rows;
    int vectors = Shapes.product(other, right ? rank - 2 : rank - 1, right ? rank - 1 : rank);
    int outChannels = Math.multiplyExact(Math.multiplyExact(groups, shared), out);
    ConvGeometry geometry =
        MatrixRecognizer.columnwise(
            images, Math.multiplyExact(groups, in), outChannels, vectors, groups);
    int[] wanted = withMatrix(right);
    int[] back = inverse(wanted);
    long[] produced = permuted(resultDims(out), wanted);
    boolean finishes = !Permutation.isTrivial(produced, back);
    LinearLayer layer =
        new LinearLayer(
            node,
            input,
            finishes ? produced : outDims,
            geometry,
            LinearLayer.NO_AXIS,
            () -> Permutation.apply(Tensors.floats(weights), own, withMatrix(right)));
    if (!Permutation.isTrivial(other, wanted)) {
      prepare(layer, wanted);
    }
    if (finishes) {
      finish(layer, produced, back);
    }
    return layer;
  }

  /** The dimensions of the result, a vector with its axis of one element. */
  private long[] resultDims(int out) {
    long[] dims = other.clone();
    for (int axis = 0; axis < dims.length - 2; axis++) {
      dims[axis] = Math.max(own[axis], other[axis]);
    }
    dims[right ? dims.length - 1 : dims.length - 2] = out;
    return dims;
  }

  /** The batch axes in order, then the two of the matrix. */
  private int[] withMatrix(boolean turned) {
    int[] all = Arrays.copyOf(order, order.length + 2);
    all[order.length] = turned ? order.length + 1 : order.length;
    all[order.length + 1] = turned ? order.length : order.length + 1;
    return all;
  }

  private void prepare(LinearLayer layer, int[] wanted) {
    int missing = other.length - inDims.length;
    int[] axes = Arrays.stream(wanted).filter(a -> a >= missing).map(a -> a - missing).toArray();
    String sent = graph.freshName(node.output() + "_columns");
    run.types().put(sent, new ValueType(Tensors.FLOAT, permuted(inDims, axes)));
    layer.readInstead(sent, DeviceNodes.transpose(sent, input, axes));
  }

  private void finish(LinearLayer layer, long[] produced, int[] back) {
    String got = graph.freshName(node.output() + "_product");
    run.types().put(got, new ValueType(Tensors.FLOAT, produced));
    List<Node> finishing = new ArrayList<>();
    finishing.add(DeviceNodes.transpose(node.output(), got, back));
    layer.writeInstead(got, finishing);
  }

  private static long[] widened(long[] dims, int rank) {
    long[] widened = new long[rank];
    Arrays.fill(widened, 1);
    System.arraycopy(dims, 0, widened, rank - dims.length, dims.length);
    return widened;
  }

  private static long[] permuted(long[] dims, int[] axes) {
    return Arrays.stream(axes).mapToLong(axis -> dims[axis]).toArray();
  }

  private static int[] inverse(int[] axes) {
    int[] inverse = new int[axes.length];
    for (int i = 0; i < axes.length; i++) {
      inverse[axes[i]] = i;
    }
    return inverse;
  }
}
