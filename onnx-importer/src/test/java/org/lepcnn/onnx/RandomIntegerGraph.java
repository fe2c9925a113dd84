/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx;

import static org.lepcnn.onnx.OnnxModels.ints;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Random networks of convolutions of integers with Mul, Add, normalization, Floor, Clip, Quantize
 * and Dequantize between them. Sums stay below 2²⁴ steps.
 */
final class RandomIntegerGraph {
  /** Numbers of the input. */
  static final float RANGE = 300;

  private static final int SIZE = 6;

  private final Random random;
  private final OnnxModels model;
  private final boolean powersOfTwo;
  private final List<String> rounded = new ArrayList<>();
  private final List<String> unrounded = new ArrayList<>();
  private final List<Float> steps = new ArrayList<>();
  private int channels = 3;
  private int names;

  /**
   * @param powersOfTwo whether scales of values that layers read, and of weights, are powers of two
   */
  RandomIntegerGraph(long seed, boolean powersOfTwo) {
    this.random = new Random(seed);
    this.model = new OnnxModels(seed).input("x", 1, channels, SIZE, SIZE);
    this.powersOfTwo = powersOfTwo;
    String value = onGrid("x");
    int layers = 1 + random.nextInt(3);
    for (int i = 0; i < layers; i++) {
      value = onGrid(betweenLayers(convolution(value)));
    }
  }

  OnnxModels model() {
    return model;
  }

  /** Values on a grid, in the model's order. */
  List<String> rounded() {
    return rounded;
  }

  /** What each of them was before it was rounded. */
  List<String> unrounded() {
    return unrounded;
  }

  /** The steps of their rounding. */
  List<Float> steps() {
    return steps;
  }

  private String convolution(String value) {
    int out = 1 + random.nextInt(8);
    int kernel = random.nextBoolean() ? 1 : 3;
    float step = scale(-8, 1);
    int magnitude = random.nextBoolean() ? 127 : 255;
    float[] weights = new float[out * channels * kernel * kernel];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = (random.nextInt(2 * magnitude + 1) - magnitude) * step;
    }
    String constant = model.constant(weights, out, channels, kernel, kernel);
    channels = out;
    int pad = kernel / 2;
    return node("Conv", value + " " + constant, ints("pads", pad, pad, pad, pad));
  }

  private String betweenLayers(String layer) {
    String value = layer;
    int operators = random.nextInt(5);
    for (int i = 0; i < operators; i++) {
      value =
          switch (random.nextInt(8)) {
            case 0 -> node("Mul", value + " " + perChannel(-0.1, 0.2));
            case 1 -> node("Add", value + " " + perChannel(-50, 50));
            case 2 -> node("Div", value + " " + model.number(1 << random.nextInt(9)));
            case 3 -> node("Sub", perChannel(-50, 50) + " " + value);
            case 4 -> node("Relu", value);
            case 5 -> node("Div", value + " " + model.number(1 + random.nextFloat() * 20));
            case 6 -> normalization(value);
            default -> node("Mul", value + " " + model.number(0.25f));
          };
    }
    return value;
  }

  private String normalization(String value) {
    return node(
        "BatchNormalization",
        String.join(
            " ",
            value,
            model.vector(channels, -2, 2),
            model.vector(channels, -20, 20),
            model.vector(channels, -300, 300),
            model.vector(channels, 1, 1000)));
  }

  /** Rounds a value in one of the ways that pin it to a grid of at most 256 steps. */
  private String onGrid(String value) {
    unrounded.add(value);
    boolean quantizes = !powersOfTwo || random.nextBoolean();
    float step = quantizes ? scale(-3, 3) : 1;
    steps.add(step);
    String result = quantizes ? quantized(value, step) : clipped(value);
    rounded.add(result);
    model.output(result);
    if (powersOfTwo && !value.equals("x")) {
      // before it is rounded, every bit shows
      model.output(value);
    }
    return result;
  }

  private String quantized(String value, float step) {
    boolean signed = random.nextBoolean();
    DataType type = signed ? DataType.INT8 : DataType.UINT8;
    int zero = random.nextInt(256) - (signed ? 128 : 0);
    String parameters = model.number(step) + " " + model.integers(type, new int[] {zero});
    String integers = node("QuantizeLinear", value + " " + parameters);
    return node("DequantizeLinear", integers + " " + parameters);
  }

  private String clipped(String value) {
    String integers = node(random.nextBoolean() ? "Floor" : "Round", value);
    int low = -random.nextInt(128);
    return node(
        "Clip",
        integers + " " + model.number(low) + " " + model.number(low + 1 + random.nextInt(255)));
  }

  private float scale(int least, int most) {
    double exponent = least + random.nextDouble() * (most - least);
    return (float) Math.pow(2, powersOfTwo ? Math.rint(exponent) : exponent);
  }

  private String perChannel(double low, double high) {
    boolean single = random.nextInt(3) == 0;
    float[] values = model.numbers(single ? 1 : channels, low, high);
    return single ? model.constant(values) : model.constant(values, 1, channels, 1, 1);
  }

  private String node(String op, String inputs, AttributeProto... attributes) {
    return model.node(op, "v" + names++, inputs, attributes);
  }
}
