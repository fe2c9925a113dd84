/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx;

import ai.onnx.proto.OnnxMl.TensorProto;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.lepcnn.core.linear.ConvGeometry;

/**
 * MatMul with a constant batch of P matrices.
 *
 * <p>Two forms are linear layers. The other operand is one matrix, which all P share: then it is
 * one layer with the outputs of all. Or its last batch dimensions are those of the constant: then
 * it is a convolution of P groups. Columns are positions, so a constant on the left needs nothing
 * else; for one on the right the device transposes the last two axes of what it sends and of what
 * it gets, unless there is only one row.
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
  private final int matrices;
  private final int groups;
  private final int images;
  private final int in;
  private final int out;
  private final int vectors;

  /**
   * @param right whether the constant stands on the right
   * @throws StaysOnDeviceException when its batch is broadcast in another way
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
    long[] own = Tensors.dims(weights);
    int rank = own.length;
    int rows = Shapes.product(own, rank - 2, rank - 1);
    int columns = Shapes.product(own, rank - 1, rank);
    this.in = right ? rows : columns;
    this.out = right ? columns : rows;
    this.matrices = Shapes.product(own, 0, rank - 2);
    int batchAxes = Math.max(0, inDims.length - 2);
    int batch = Shapes.product(inDims, 0, batchAxes);
    this.groups = batch == 1 ? 1 : matrices;
    if (batch != 1 && !endsWithBatchOf(own)) {
      throw new StaysOnDeviceException(
          "its constant operand is a batch of matrices, "
              + Shapes.text(own)
              + ", which is broadcast against "
              + Shapes.text(inDims));
    }
    this.images = batch == 1 ? 1 : batch / matrices;
    int axis = right ? inDims.length - 2 : inDims.length - 1;
    this.vectors = inDims.length == 1 ? 1 : Shapes.product(inDims, axis, axis + 1);
  }

  private boolean endsWithBatchOf(long[] own) {
    int leading = 0;
    while (own[leading] == 1) {
      leading++;
    }
    long[] wanted = Arrays.copyOfRange(own, leading, own.length - 2);
    int end = inDims.length - 2;
    return wanted.length <= end
        && Arrays.equals(wanted, Arrays.copyOfRange(inDims, end - wanted.length, end));
  }

  LinearLayer layer() throws StaysOnDeviceException {
    int outChannels = Math.multiplyExact(matrices, out);
    int inChannels = Math.multiplyExact(groups, in);
    ConvGeometry geometry =
        MatrixRecognizer.columnwise(images, inChannels, outChannels, vectors, groups);
    boolean turn = right && vectors > 1;
    long[] produced = turn ? swapped(outDims) : outDims;
    LinearLayer layer =
        new LinearLayer(
            node, input, produced, geometry, LinearLayer.NO_AXIS, () -> rearranged(weights));
    if (turn) {
      turn(layer, produced);
    }
    return layer;
  }

  private void turn(LinearLayer layer, long[] produced) {
    String sent = graph.freshName(node.output() + "_columns");
    run.types().put(sent, new ValueType(Tensors.FLOAT, swapped(inDims)));
    layer.readInstead(sent, DeviceNodes.swapLastAxes(sent, input, inDims.length));
    String got = graph.freshName(node.output() + "_product");
    run.types().put(got, new ValueType(Tensors.FLOAT, produced));
    List<Node> finishing = new ArrayList<>();
    finishing.add(DeviceNodes.swapLastAxes(node.output(), got, outDims.length));
    layer.writeInstead(got, finishing);
  }

  private static long[] swapped(long[] dims) {
    long[] swapped = dims.clone();
    swapped[dims.length - 1] = dims[dims.length - 2];
    swapped[dims.length - 2] = dims[dims.length - 1];
    return swapped;
  }

  /** {@code [matrix][out][in]}. */
  private float[] rearranged(TensorProto tensor) {
    float[] values = Tensors.floats(tensor);
    if (!right) {
      return values;
    }
    float[] rearranged = new float[values.length];
    int size = in * out;
    for (int i = 0; i < values.length; i++) {
      int matrix = i / size;
      int row = i % size / out;
      int column = i % out;
      rearranged[matrix * size + column * in + row] = values[i];
    }
    return rearranged;
  }
}
