/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx.layer;

import ai.onnx.proto.OnnxMl.TensorProto;
import java.util.function.Supplier;
import org.lepcnn.core.linear.ConvAxis;
import org.lepcnn.core.linear.ConvGeometry;
import org.lepcnn.onnx.graph.Graph;
import org.lepcnn.onnx.graph.Node;
import org.lepcnn.onnx.graph.StaysOnDeviceException;
import org.lepcnn.onnx.graph.Tensors;
import org.lepcnn.onnx.run.InstrumentedRun;

/**
 * Conv and ConvTranspose over one or two axes.
 *
 * <p>Output sizes come from the instrumented run; only the padding at the beginning is computed
 * here. ConvTranspose with stride s, padding p, dilation d is a convolution over the input with s −
 * 1 zeros between neighbours, padded by d·(k − 1) − p, with the kernel flipped and its channels
 * exchanged.
 */
final class ConvRecognizer {
  private final Graph graph;
  private final InstrumentedRun run;

  ConvRecognizer(Graph graph, InstrumentedRun run) {
    this.graph = graph;
    this.run = run;
  }

  LinearLayer conv(Node node) throws StaysOnDeviceException {
    Sizes s = sizes(node);
    int outChannels = toInt(s.weightDims[0]);
    int[] pads = s.spatial.explicitPads();
    for (int axis = 0; axis < 2 && s.spatial.isSame(); axis++) {
      int span = (s.kernel[axis] - 1) * s.dilations[axis] + 1;
      int total = Math.max(0, (s.out[axis] - 1) * s.strides[axis] + span - s.in[axis]);
      pads[axis] = s.spatial.isUpper() ? total / 2 : total - total / 2;
    }
    ConvAxis[] axes = new ConvAxis[2];
    for (int i = 0; i < axes.length; i++) {
      axes[i] = s.axis(i).withStride(s.strides[i]).withPadBefore(pads[i]);
    }
    ConvGeometry geometry = s.geometry(outChannels, axes);
    TensorProto weights = s.weights;
    return finish(node, s, geometry, () -> Tensors.floats(weights)).withChannelsAlongSecondAxis();
  }

  LinearLayer convTranspose(Node node) throws StaysOnDeviceException {
    Sizes s = sizes(node);
    int outChannels = Math.multiplyExact(toInt(s.weightDims[1]), s.groups);
    int[] pads = transposedPads(node, s);
    ConvAxis[] axes = new ConvAxis[2];
    for (int i = 0; i < axes.length; i++) {
      int pad = s.dilations[i] * (s.kernel[i] - 1) - pads[i];
      axes[i] = s.axis(i).withInputDilation(s.strides[i]).withPadBefore(pad);
    }
    ConvGeometry geometry = s.geometry(outChannels, axes);
    TensorProto weights = s.weights;
    return finish(node, s, geometry, () -> flipped(Tensors.floats(weights), geometry));
  }

  /** What both operators have in common. */
  @SuppressWarnings("ArrayRecordComponent") // a carrier, never compared
  private record Sizes(
      Spatial spatial,
      TensorProto weights,
      long[] weightDims,
      long[] inDims,
      long[] outDims,
      int[] in,
      int[] out,
      int[] kernel,
      int[] strides,
      int[] dilations,
      int groups) {
    /** An axis of stride 1 without padding. */
    ConvAxis axis(int index) {
      return ConvAxis.of(in[index], out[index], kernel[index]).withDilation(dilations[index]);
    }

    ConvGeometry geometry(int outChannels, ConvAxis[] axes) throws StaysOnDeviceException {
      int batch = toInt(inDims[0]);
      return new ConvGeometry(batch, toInt(inDims[1]), outChannels, groups, axes[0], axes[1]);
    }
  }

  private Sizes sizes(Node node) throws StaysOnDeviceException {
    TensorProto weights = graph.constants().get(node.input(1));
    if (weights == null) {
      throw new StaysOnDeviceException(
          "its weights are not constant",
          "Export the weights as constants, not as inputs or as values computed from inputs.");
    }
    Recognizer.requireFloat(run.type(node.input(0)), weights);
    long[] weightDims = Tensors.dims(weights);
    long[] inDims = run.type(node.input(0)).dims();
    long[] outDims = run.type(node.output()).dims();
    int rank = weightDims.length - 2;
    if (rank < 1 || rank > 2 || inDims.length != rank + 2 || outDims.length != rank + 2) {
      throw new StaysOnDeviceException("it has " + rank + " spatial axes, not 1 or 2");
    }
    Spatial spatial = new Spatial(node, rank);
    return new Sizes(
        spatial,
        weights,
        weightDims,
        inDims,
        outDims,
        spatial.sizes(inDims),
        spatial.sizes(outDims),
        spatial.sizes(weightDims),
        spatial.strides(),
        spatial.dilations(),
        toInt(node.integer("group", 1)));
  }

  /** Padding at the beginning as ONNX and ONNX Runtime define it for ConvTranspose. */
  private static int[] transposedPads(Node node, Sizes s) throws StaysOnDeviceException {
    int[] pads = s.spatial.explicitPads();
    boolean fromOutput = node.integers("output_shape") != null || s.spatial.isSame();
    int[] outputPadding = s.spatial.outputPadding();
    for (int axis = 0; axis < 2 && fromOutput; axis++) {
      int span = (s.kernel[axis] - 1) * s.dilations[axis] + 1;
      int full = (s.in[axis] - 1) * s.strides[axis] + outputPadding[axis] + span;
      boolean stated = node.integers("output_shape") != null;
      int wanted = stated ? s.out[axis] : s.in[axis] * s.strides[axis];
      int total = Math.max(0, full - wanted);
      pads[axis] = s.spatial.isUpper() ? total / 2 : total - total / 2;
    }
    return pads;
  }

  private LinearLayer finish(Node node, Sizes s, ConvGeometry geometry, Supplier<float[]> weights)
      throws StaysOnDeviceException {
    LinearLayer layer = new LinearLayer(node, node.input(0), s.outDims, geometry, 1, weights);
    if (node.hasInput(2)) {
      TensorProto bias = graph.constants().get(node.input(2));
      double[] values =
          bias == null || !Tensors.isFloat(bias)
              ? null
              : PerChannel.spread(Tensors.floats(bias), geometry.outChannels());
      if (values == null) {
        throw new StaysOnDeviceException("its bias is not a constant of finite float32 numbers");
      }
      layer.addBias(values);
    }
    return layer;
  }

  /** From {@code [in][out/groups][kh][kw]} to {@code [out][in/groups][kh][kw]}, kernel flipped. */
  private static float[] flipped(float[] weights, ConvGeometry g) {
    int inPerGroup = g.inChannels() / g.groups();
    int outPerGroup = g.outChannels() / g.groups();
    int plane = g.kernelSize();
    float[] flipped = new float[weights.length];
    for (int oc = 0; oc < g.outChannels(); oc++) {
      int firstIn = oc / outPerGroup * inPerGroup;
      for (int c = 0; c < inPerGroup; c++) {
        int from = ((firstIn + c) * outPerGroup + oc % outPerGroup) * plane;
        int to = (oc * inPerGroup + c) * plane;
        for (int k = 0; k < plane; k++) {
          flipped[to + k] = weights[from + plane - 1 - k];
        }
      }
    }
    return flipped;
  }

  private static int toInt(long value) throws StaysOnDeviceException {
    if (value != (int) value) {
      throw new StaysOnDeviceException("its sizes are too large");
    }
    return (int) value;
  }
}
