/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx.layer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.lepcnn.core.linear.ConvAxis;
import org.lepcnn.core.linear.ConvGeometry;
import org.lepcnn.core.quant.ScaledWeights;
import org.lepcnn.core.quant.WeightQuantizer;
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
  public static final int NO_AXIS = -1;

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
  private Node node;
  private String input;
  private String output;
  private long[] outputDims;
  private boolean channelsAreSecondAxis;
  private Node normalization;
  private Grid inputGrid;
  private boolean inputIsRounded;
  private boolean lacksCast;
  private List<Node> reference = List.of();

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

  /** The values that it needs, and the nodes around it. */
  public Set<String> reads() {
    Set<String> reads = new HashSet<>(Set.of(input));
    before.forEach(each -> reads.addAll(each.reads()));
    after.forEach(each -> reads.addAll(each.reads()));
    return reads;
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

  /** The value of the model that it reads, which the device may have to transpose. */
  String modelInput() {
    return before.isEmpty() ? input : before.get(0).input(0);
  }

  /** States where the elements that it reads lie: multiples of a power of two. */
  void readsGrid(Grid grid) {
    inputGrid = grid;
  }

  /**
   * Reads integers, and multiplies its result without the bias with their step.
   *
   * @param preparation new nodes that make the integers of the model's value
   * @param limit their largest magnitude
   */
  void readIntegers(String integers, List<Node> preparation, double step, double limit) {
    String value = modelInput();
    if (before.isEmpty()) {
      input = integers;
    } else {
      before.set(0, before.get(0).withInputs(name -> name.equals(value) ? integers : name));
    }
    before.addAll(0, preparation);
    inputGrid = Grid.integers(limit);
    inputIsRounded = true;
    for (int i = 0; i < factor.length; i++) {
      factor[i] *= step;
    }
  }

  /**
   * Does what another node of the model does.
   *
   * @param preparation new nodes that make the integers that it reads, the first one of a value of
   *     the model
   * @param product the node of floats that was recognised
   */
  void standsFor(Node model, List<Node> preparation, Node product, Grid integers) {
    node = model;
    before.addAll(0, preparation);
    reference = new ArrayList<>(preparation);
    reference.add(product);
    inputGrid = integers;
  }

  /** Does what a group of nodes of the model does. */
  void standsFor(Node model, List<Node> followers) {
    node = model;
    absorbed.addAll(followers);
  }

  /** States whether the model has the result as int32, and no Cast yet is part of the layer. */
  void lacksCast(boolean lacks) {
    lacksCast = lacks;
  }

  boolean lacksCast() {
    return lacksCast;
  }

  /**
   * Nodes that give the result, but for {@link #outputScale}, from values of the model, the last of
   * them; empty where the model itself has it.
   */
  public List<Node> reference() {
    return after.isEmpty() ? List.of() : reference;
  }

  /** Where the elements that it reads lie; null when nothing pins them. */
  public Grid inputGrid() {
    return inputGrid;
  }

  /**
   * Whether its sums are exact in float32 too, up to 2²⁴ steps, since inputs and weights are
   * multiples of powers of two. Layers of whole numbers are taken to read whole numbers.
   */
  private boolean sumsAreExactInFloat() {
    float step = inputIsRounded ? 0 : WeightQuantizer.smallestPowerOfTwo(weights());
    return inputGrid == null ? step >= 1 : step > 0;
  }

  /** Whether its weights are integers, and nothing tells where the elements that it reads lie. */
  public boolean isOfWholeNumbers() {
    return inputGrid == null && WeightQuantizer.smallestPowerOfTwo(weights()) >= 1;
  }

  /** The largest magnitude of a sum of integer weights times integers, without the bias. */
  double largestSum() {
    ScaledWeights integers = weights();
    int fanIn = geometry.fanIn();
    double largest = 0;
    for (int from = 0; from < integers.values().length; from += fanIn) {
      double sum = 0;
      for (int i = from; i < from + fanIn; i++) {
        sum += Math.abs(integers.values()[i]);
      }
      largest = Math.max(largest, sum);
    }
    return largest * inputGrid.limit();
  }

  /** What can be folded into it. */
  FloatOrder order() {
    return sumsAreExactInFloat() ? FloatOrder.ofExact(factor, bias) : FloatOrder.ofRounded();
  }

  void writeInstead(String value, List<Node> finishing) {
    output = value;
    after.addAll(finishing);
  }

  /** The weights with the factors of the input channels, and beside them those of the output. */
  public ScaledWeights weights() {
    float[] values = weights.get();
    int fanIn = geometry.fanIn();
    for (int i = 0; i < values.length; i++) {
      int channel = inputChannel(i / fanIn, i % fanIn / geometry.kernelSize());
      values[i] = (float) (values[i] * inputScale[channel]);
    }
    return new ScaledWeights(values, factor.clone(), geometry.kernelSize());
  }

  public float[] bias() {
    float[] values = new float[bias.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) bias[i];
    }
    return values;
  }
}
