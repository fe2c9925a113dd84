/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx.layer;

import ai.onnx.proto.OnnxMl.TensorProto;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.lepcnn.core.linear.ConvAxis;
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
 * MatMul and Gemm with one constant operand.
 *
 * <p>A constant on the right, {@code [K, N]}, makes a fully connected layer of as many rows as the
 * other side has vectors of K elements, whatever its rank. A constant on the left, {@code [M, K]},
 * makes a 1×1 convolution: K channels in, M out, the columns as positions. Both leave the elements
 * in row-major order on both sides. Batches of matrices are {@link BatchedMatMul}'s. Gemm's
 * transposition of the operand that is not constant, and a C that is not one value per column, are
 * done by the device.
 */
final class MatrixRecognizer {
  private final Graph graph;
  private final InstrumentedRun run;

  MatrixRecognizer(Graph graph, InstrumentedRun run) {
    this.graph = graph;
    this.run = run;
  }

  LinearLayer matMul(Node node) throws StaysOnDeviceException {
    TensorProto left = graph.constants().get(node.input(0));
    TensorProto right = graph.constants().get(node.input(1));
    if (left == null && right == null) {
      throw new StaysOnDeviceException("both operands are activations, so it is not linear");
    }
    TensorProto constant = right != null ? right : left;
    if (isBatch(constant)) {
      return new BatchedMatMul(graph, run, node, constant, right != null).layer();
    }
    return right != null ? constantRight(node, right) : constantLeft(node, left);
  }

  private LinearLayer constantRight(Node node, TensorProto weights) throws StaysOnDeviceException {
    Recognizer.requireFloat(run.type(node.input(0)), weights);
    long[] own = matrix(weights);
    boolean vector = own.length == 1;
    int in = Shapes.product(own, 0, 1);
    int out = vector ? 1 : Shapes.product(own, 1, 2);
    long[] inDims = run.type(node.input(0)).dims();
    long[] outDims = run.type(node.output()).dims();
    int rows = Shapes.product(inDims, 0, inDims.length - 1);
    ConvGeometry geometry = ConvGeometry.fullyConnected(rows, in, out);
    int axis = vector ? LinearLayer.NO_AXIS : outDims.length - 1;
    LinearLayer layer =
        new LinearLayer(
            node,
            node.input(0),
            outDims,
            geometry,
            axis,
            () -> transposed(Tensors.floats(weights), in, out));
    return inDims.length == 2 ? layer.withChannelsAlongSecondAxis() : layer;
  }

  private LinearLayer constantLeft(Node node, TensorProto weights) throws StaysOnDeviceException {
    Recognizer.requireFloat(run.type(node.input(1)), weights);
    long[] own = matrix(weights);
    int out = own.length == 1 ? 1 : Shapes.product(own, 0, 1);
    long[] inDims = run.type(node.input(1)).dims();
    long[] outDims = run.type(node.output()).dims();
    boolean vector = inDims.length == 1;
    int rank = inDims.length;
    int in = Shapes.product(own, own.length - 1, own.length);
    int columns = vector ? 1 : Shapes.product(inDims, rank - 1, rank);
    int batch = vector ? 1 : Shapes.product(inDims, 0, rank - 2);
    ConvGeometry geometry = columnwise(batch, in, out, columns, 1);
    boolean plain = own.length > 1 && !vector;
    int axis = plain ? outDims.length - 2 : LinearLayer.NO_AXIS;
    return new LinearLayer(
        node, node.input(1), outDims, geometry, axis, () -> Tensors.floats(weights));
  }

  LinearLayer gemm(Node node) throws StaysOnDeviceException {
    if (graph.opset() < 7) {
      throw new StaysOnDeviceException(
          "Gemm before opset 7 is not recognised",
          "Convert the model with onnx.version_converter.convert_version(model, 13).");
    }
    TensorProto right = graph.constants().get(node.input(1));
    TensorProto left = graph.constants().get(node.input(0));
    if (left == null && right == null) {
      throw new StaysOnDeviceException("both operands are activations, so it is not linear");
    }
    return right != null ? gemmRight(node, right) : gemmLeft(node, left);
  }

  private LinearLayer gemmRight(Node node, TensorProto right) throws StaysOnDeviceException {
    Recognizer.requireFloat(run.type(node.input(0)), right);
    boolean transB = node.integer("transB", 0) != 0;
    long[] own = Tensors.dims(right);
    int in = Shapes.product(own, transB ? 1 : 0, transB ? 2 : 1);
    int out = Shapes.product(own, transB ? 0 : 1, transB ? 1 : 2);
    long[] outDims = run.type(node.output()).dims();
    int rows = Shapes.product(outDims, 0, 1);
    LinearLayer layer =
        new LinearLayer(
                node,
                node.input(0),
                outDims,
                ConvGeometry.fullyConnected(rows, in, out),
                1,
                () -> transB ? Tensors.floats(right) : transposed(Tensors.floats(right), in, out))
            .withChannelsAlongSecondAxis();
    finish(node, layer, new long[] {rows, out}, node.integer("transA", 0) != 0);
    return layer;
  }

  /** A constant A: its rows are output channels, the columns of B are positions. */
  private LinearLayer gemmLeft(Node node, TensorProto left) throws StaysOnDeviceException {
    Recognizer.requireFloat(run.type(node.input(1)), left);
    boolean transA = node.integer("transA", 0) != 0;
    long[] own = Tensors.dims(left);
    int in = Shapes.product(own, transA ? 0 : 1, transA ? 1 : 2);
    int out = Shapes.product(own, transA ? 1 : 0, transA ? 2 : 1);
    long[] outDims = run.type(node.output()).dims();
    int columns = Shapes.product(outDims, 1, 2);
    LinearLayer layer =
        new LinearLayer(
            node,
            node.input(1),
            outDims,
            columnwise(1, in, out, columns, 1),
            0,
            () -> transA ? transposed(Tensors.floats(left), in, out) : Tensors.floats(left));
    finish(node, layer, new long[] {out, columns}, node.integer("transB", 0) != 0);
    return layer;
  }

  private void finish(Node node, LinearLayer layer, long[] outDims, boolean transposesInput) {
    double[] alpha = new double[layer.geometry().outChannels()];
    Arrays.fill(alpha, node.real("alpha", 1));
    layer.scaleAndShift(alpha, new double[alpha.length]);
    addC(node, layer, outDims);
    if (transposesInput) {
      transposeInput(node, layer);
    }
  }

  private void addC(Node node, LinearLayer layer, long[] outDims) {
    float beta = node.real("beta", 1);
    if (!node.hasInput(2) || beta == 0) {
      return;
    }
    TensorProto c = graph.constants().get(node.input(2));
    int channels = layer.geometry().outChannels();
    double[] bias = PerChannel.values(c, outDims, layer.channelAxis(), channels);
    if (bias == null) {
      addOnDevice(node, layer, beta);
      return;
    }
    for (int i = 0; i < channels; i++) {
      bias[i] *= beta;
    }
    layer.addBias(bias);
  }

  /** Y = linear + beta · C as nodes of the device. */
  private void addOnDevice(Node node, LinearLayer layer, float beta) {
    String product = graph.freshName(node.output() + "_product");
    List<Node> finishing = new ArrayList<>();
    String addend = node.input(2);
    if (beta != 1) {
      String factor = graph.freshName(node.output() + "_beta");
      addend = graph.freshName(node.output() + "_scaled");
      TensorProto scalar =
          TensorProto.newBuilder()
              .setName(factor)
              .setDataType(Tensors.FLOAT)
              .addFloatData(beta)
              .build();
      graph.constants().put(factor, scalar);
      finishing.add(DeviceNodes.make("Mul", addend, node.input(2), factor));
      run.types().put(addend, run.type(node.input(2)));
    }
    finishing.add(DeviceNodes.make("Add", node.output(), product, addend));
    run.types().put(product, run.type(node.output()));
    layer.writeInstead(product, finishing);
  }

  private void transposeInput(Node node, LinearLayer layer) {
    String transposed = graph.freshName(node.output() + "_transposed");
    long[] dims = run.type(layer.input()).dims();
    run.types().put(transposed, new ValueType(Tensors.FLOAT, new long[] {dims[1], dims[0]}));
    layer.readInstead(transposed, DeviceNodes.swapLastAxes(transposed, layer.input(), 2));
  }

  private static boolean isBatch(TensorProto weights) {
    long[] dims = Tensors.dims(weights);
    return Tensors.elements(Arrays.copyOf(dims, Math.max(0, dims.length - 2))) != 1;
  }

  /** The dimensions of a constant matrix or vector, without leading ones. */
  private static long[] matrix(TensorProto weights) throws StaysOnDeviceException {
    long[] dims = Tensors.dims(weights);
    if (dims.length == 0) {
      throw new StaysOnDeviceException("its constant operand is a scalar");
    }
    return Arrays.copyOfRange(dims, Math.max(0, dims.length - 2), dims.length);
  }

  /** Products of matrices of channels with columns as positions. */
  static ConvGeometry columnwise(int batch, int in, int out, int columns, int groups) {
    return new ConvGeometry(
        batch, in, out, groups, ConvAxis.pointwise(1), ConvAxis.pointwise(columns));
  }

  /** From {@code [in][out]} to {@code [out][in]}. */
  private static float[] transposed(float[] weights, int in, int out) {
    float[] transposed = new float[weights.length];
    for (int i = 0; i < in; i++) {
      for (int o = 0; o < out; o++) {
        transposed[o * in + i] = weights[i * out + o];
      }
    }
    return transposed;
  }
}
