/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.lepcnn.core.linear.ConvGeometry;

/**
 * MatMul and Gemm with one constant operand.
 *
 * <p>A constant on the right, {@code [K, N]}, makes a fully connected layer of as many rows as the
 * other side has vectors of K elements, whatever its rank. A constant on the left, {@code [M, K]},
 * makes a 1×1 convolution: K channels in, M out, the columns as positions. Both leave the elements
 * in row-major order on both sides. Gemm's transposition of the operand that is not constant, and a
 * C that is not one value per column, are done by the device.
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
    return new LinearLayer(
        node,
        node.input(0),
        outDims,
        geometry,
        axis,
        () -> transposed(Tensors.floats(weights), in, out));
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
    ConvGeometry geometry = columnwise(batch, in, out, columns);
    boolean plain = own.length > 1 && !vector;
    int axis = plain ? outDims.length - 2 : LinearLayer.NO_AXIS;
    return new LinearLayer(
        node, node.input(1), outDims, geometry, axis, () -> Tensors.floats(weights));
  }

  LinearLayer gemm(Node node) throws StaysOnDeviceException {
    TensorProto right = rightOperand(node);
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
            () -> transB ? Tensors.floats(right) : transposed(Tensors.floats(right), in, out));
    double[] alpha = new double[out];
    Arrays.fill(alpha, node.real("alpha", 1));
    layer.scaleAndShift(alpha, new double[out]);
    addC(node, layer, out, rows);
    if (node.integer("transA", 0) != 0) {
      transposeInput(node, layer);
    }
    return layer;
  }

  private TensorProto rightOperand(Node gemm) throws StaysOnDeviceException {
    if (graph.opset() < 7) {
      throw new StaysOnDeviceException("Gemm before opset 7 is not recognised");
    }
    TensorProto right = graph.constants().get(gemm.input(1));
    if (right == null) {
      throw new StaysOnDeviceException(
          graph.isConstant(gemm.input(0))
              ? "its constant operand is on the left"
              : "both operands are activations, so it is not linear");
    }
    return right;
  }

  private void addC(Node node, LinearLayer layer, int columns, int rows) {
    float beta = node.real("beta", 1);
    if (!node.hasInput(2) || beta == 0) {
      return;
    }
    TensorProto c = graph.constants().get(node.input(2));
    double[] bias = PerChannel.values(c, new long[] {rows, columns}, 1, columns);
    if (bias == null) {
      addOnDevice(node, layer, beta);
      return;
    }
    for (int i = 0; i < columns; i++) {
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
      finishing.add(make("Mul", addend, node.input(2), factor));
      run.types().put(addend, run.type(node.input(2)));
    }
    finishing.add(make("Add", node.output(), product, addend));
    run.types().put(product, run.type(node.output()));
    layer.writeInstead(product, finishing);
  }

  private void transposeInput(Node node, LinearLayer layer) {
    String transposed = graph.freshName(node.output() + "_transposed");
    NodeProto transpose =
        NodeProto.newBuilder()
            .setOpType("Transpose")
            .setName(transposed)
            .addInput(node.input(0))
            .addOutput(transposed)
            .addAttribute(
                AttributeProto.newBuilder()
                    .setName("perm")
                    .setType(AttributeProto.AttributeType.INTS)
                    .addInts(1)
                    .addInts(0))
            .build();
    long[] dims = run.type(node.input(0)).dims();
    run.types().put(transposed, new ValueType(Tensors.FLOAT, new long[] {dims[1], dims[0]}));
    layer.readInstead(transposed, new Node(transpose));
  }

  private static Node make(String op, String output, String... inputs) {
    return new Node(
        NodeProto.newBuilder()
            .setOpType(op)
            .setName(output + "_" + op)
            .addAllInput(Arrays.asList(inputs))
            .addOutput(output)
            .build());
  }

  /** The dimensions of a constant matrix or vector, without leading ones. */
  private static long[] matrix(TensorProto weights) throws StaysOnDeviceException {
    long[] dims = Tensors.dims(weights);
    int leading = Math.max(0, dims.length - 2);
    if (dims.length == 0 || Shapes.product(dims, 0, leading) != 1) {
      throw new StaysOnDeviceException(
          "its constant operand is a batch of matrices, " + Shapes.text(dims));
    }
    return Arrays.copyOfRange(dims, leading, dims.length);
  }

  private static ConvGeometry columnwise(int batch, int in, int out, int columns) {
    return new ConvGeometry(
        batch, in, 1, columns, out, 1, columns, 1, 1, 1, 1, 0, 0, 1, 1, 1, 1, 1);
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
