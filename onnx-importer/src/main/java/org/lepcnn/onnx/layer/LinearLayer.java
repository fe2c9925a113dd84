/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx.layer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import org.lepcnn.core.linear.ConvAxis;
import org.lepcnn.core.linear.ConvGeometry;
import org.lepcnn.onnx.graph.Node;
import org.lepcnn.onnx.plan.Equalization;

/**
 * A node that was recognised as a linear layer, with the nodes that are folded into it.
 *
 * <p>Its result is y[oc] = factor[oc] · (W·x)[oc] + bias[oc], in float64 until it is quantized.
 * {@link Equalization} scales x and y by powers of two.
 */
public final class LinearLayer {
  /** The channels of the output are not along one of its axes. */
  static final int NO_AXIS = -1;

  private final Node node;
  private final ConvGeometry geometry;
  private final Supplier<float[]> weights;
  private final int channelAxis;
  private final double[] factor;
  private final double[] bias;
  private final double[] inputScale;
  private final double[] outputScale;
  private final List<Node> absorbed = new ArrayList<>();
  private final List<Node> before = new ArrayList<>();
  private final List<Node> after = new ArrayList<>();
  private String input;
  private String output;
  private long[] outputDims;
  private boolean channelsAreSecondAxis;
  private Node normalization;

  /**
   * @param input the value that it reads
   * @param weights gives the weights in the geometry's layout, each time anew
   * @param channelAxis the axis of the output that counts channels, or {@link #NO_AXIS}
   */
  LinearLayer(
      Node node,
      String input,
      long[] outputDims,
      ConvGeometry geometry,
      int channelAxis,
      Supplier<float[]> weights) {
    this.node = node;
    this.input = input;
    this.output = node.output();
    this.outputDims = outputDims;
    this.geometry = geometry;
    this.channelAxis = channelAxis;
    this.weights = weights;
    this.factor = new double[geometry.outChannels()];
    this.bias = new double[geometry.outChannels()];
    this.inputScale = new double[geometry.inChannels()];
    this.outputScale = new double[geometry.outChannels()];
    Arrays.fill(factor, 1);
    Arrays.fill(inputScale, 1);
    Arrays.fill(outputScale, 1);
  }

  public Node node() {
    return node;
  }

  public ConvGeometry geometry() {
    return geometry;
  }

  public int channelAxis() {
    return channelAxis;
  }

  public String input() {
    return input;
  }

  public String output() {
    return output;
  }

  public long[] outputDims() {
    return outputDims;
  }

  /** Nodes that the layer does as well. */
  public List<Node> absorbed() {
    return absorbed;
  }

  /** New nodes that prepare its input on the device. */
  public List<Node> before() {
    return before;
  }

  /** New nodes that finish its output on the device. */
  public List<Node> after() {
    return after;
  }

  /** Whether the result is y itself, so that further nodes can be absorbed. */
  boolean isOpen() {
    return after.isEmpty();
  }

  /** Adds to the result as it is now. */
  void addBias(double[] add) {
    for (int i = 0; i < bias.length; i++) {
      bias[i] += add[i];
    }
  }

  /** Follows with y ← y · multiply[oc] + add[oc]. */
  void scaleAndShift(double[] multiply, double[] add) {
    for (int i = 0; i < factor.length; i++) {
      factor[i] *= multiply[i];
      bias[i] = bias[i] * multiply[i] + add[i];
    }
  }

  /** Multiplies the weights of every input channel, whose values are divided by as much. */
  public void scaleInputs(double[] multiply) {
    for (int i = 0; i < inputScale.length; i++) {
      inputScale[i] *= multiply[i];
    }
  }

  /** Multiplies the result of every output channel. */
  public void scaleOutputs(double[] multiply) {
    scaleAndShift(multiply, new double[multiply.length]);
    for (int i = 0; i < outputScale.length; i++) {
      outputScale[i] *= multiply[i];
    }
  }

  /** What the result is multiplied with against the model's own value, per output channel. */
  public double[] outputScale() {
    return outputScale.clone();
  }

  /** States that the second axis of the input counts the geometry's input channels. */
  LinearLayer withChannelsAlongSecondAxis() {
    channelsAreSecondAxis = true;
    return this;
  }

  /**
   * Whether x can be replaced by multiply[ic] · x + add[ic].
   *
   * @param value what the layer has to read, and nothing else of it
   * @param shifts whether add is not 0
   */
  boolean canNormalizeInput(String value, boolean shifts) {
    return channelsAreSecondAxis
        && before.isEmpty()
        && node.timesRead(value) == 1
        && node.input(0).equals(value)
        && (!shifts || !pads());
  }

  private boolean pads() {
    return pads(geometry.height()) || pads(geometry.width());
  }

  private static boolean pads(ConvAxis axis) {
    return axis.padBefore() > 0 || axis.reach() - axis.padBefore() > axis.in();
  }

  /** Reads what {@code before} reads, and does what it does: multiply[ic] · x + add[ic]. */
  void normalizeInput(Node preceding, double[] multiply, double[] add) {
    normalization = preceding;
    input = preceding.input(0);
    int fanIn = geometry.fanIn();
    float[] values = weights.get();
    for (int i = 0; i < values.length; i++) {
      int oc = i / fanIn;
      int channel = inputChannel(oc, i % fanIn / geometry.kernelSize());
      bias[oc] += factor[oc] * values[i] * add[channel];
    }
    scaleInputs(multiply);
  }

  /** The node before the layer that it does as well; null when there is none. */
  public Node normalization() {
    return normalization;
  }

  private int inputChannel(int oc, int channelOfGroup) {
    int group = oc / (geometry.outChannels() / geometry.groups());
    return group * (geometry.inChannels() / geometry.groups()) + channelOfGroup;
  }

  /** Takes over a node that was expressed by {@link #scaleAndShift}. */
  void absorb(Node next, long[] dims) {
    absorbed.add(next);
    output = next.output();
    outputDims = dims;
  }

  void readInstead(String value, Node preparation) {
    input = value;
    before.add(preparation);
  }

  void writeInstead(String value, List<Node> finishing) {
    output = value;
    after.addAll(finishing);
  }

  /** The weights with all factors, rounded once to float32. */
  public float[] weights() {
    float[] values = weights.get();
    int fanIn = geometry.fanIn();
    for (int oc = 0; oc < factor.length; oc++) {
      for (int i = 0; i < fanIn; i++) {
        double multiply = factor[oc] * inputScale[inputChannel(oc, i / geometry.kernelSize())];
        values[oc * fanIn + i] = (float) (values[oc * fanIn + i] * multiply);
      }
    }
    return values;
  }

  public float[] bias() {
    float[] values = new float[bias.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) bias[i];
    }
    return values;
  }
}
