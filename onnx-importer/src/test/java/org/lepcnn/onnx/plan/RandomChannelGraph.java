/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx.plan;

import static org.lepcnn.onnx.OnnxModels.integer;
import static org.lepcnn.onnx.OnnxModels.ints;
import static org.lepcnn.onnx.OnnxModels.text;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import org.lepcnn.onnx.OnnxModels;

/**
 * Random networks of convolutions for the edge and for the device with whatever hands channels on,
 * ties them or pins them between. Channels are of very different size. Values have any number of
 * readers, weights too, and any value may be an output.
 */
final class RandomChannelGraph {
  private static final int LEAST = 16;

  private final Random random;
  private final OnnxModels model;
  private final List<Value> values = new ArrayList<>();
  private int names;

  private record Value(String name, int channels, int size) {}

  RandomChannelGraph(long seed) {
    random = new Random(seed);
    model = new OnnxModels(seed).input("x", 1, 3, 8, 8);
    values.add(new Value("x", 3, 8));
    values.add(convolution(values.get(0), LEAST, 3));
    int operators = 8 + random.nextInt(16);
    for (int i = 0; i < operators; i++) {
      values.add(next());
    }
    Value last = values.get(values.size() - 1);
    model.output(convolution(last, LEAST, 1).name());
    if (random.nextInt(3) == 0) {
      model.output(pick().name());
    }
  }

  ModelProto model() {
    return model.build();
  }

  /** A recent value of enough channels to go to the edge. */
  private Value pick() {
    int recent = Math.min(4, values.size() - 1);
    return values.get(values.size() - 1 - random.nextInt(recent));
  }

  private Value next() {
    Value v = pick();
    return switch (random.nextInt(20)) {
      case 0, 1, 2 -> convolution(v, LEAST + 8 * random.nextInt(3), random.nextBoolean() ? 1 : 3);
      case 3, 4, 5 -> depthwise(v);
      case 6 -> same("Relu", v, "");
      case 7 -> same("LeakyRelu", v, "");
      case 8 -> same("PRelu", v, " " + model.constant(numbers(v.channels()), v.channels(), 1, 1));
      case 9 -> same("Clip", v, " " + model.number(0) + " " + model.number(6));
      case 10 ->
          same(
              "Clip",
              v,
              " " + model.number(-0.7f) + (random.nextBoolean() ? "" : " " + model.number(2.5f)));
      case 11 -> pooled(v);
      case 12 -> resized(v);
      case 13 -> padded(v);
      case 14 -> sum(v);
      case 15 -> concatenated(v);
      case 16 -> gated(v);
      case 17 -> normalized(v);
      case 18 -> same("Add", v, " " + model.constant(numbers(v.channels()), v.channels(), 1, 1));
      default -> same(random.nextInt(4) == 0 ? "Sigmoid" : "Relu", v, "");
    };
  }

  private Value same(String op, Value v, String more, AttributeProto... attributes) {
    return new Value(node(op, v.name() + more, attributes), v.channels(), v.size());
  }

  private Value convolution(Value v, int out, int kernel) {
    int fanIn = v.channels() * kernel * kernel;
    float[] in = spread(v.channels());
    float[] gain = spread(out);
    float[] weights = numbers(out * fanIn);
    for (int i = 0; i < weights.length; i++) {
      float gains = gain[i / fanIn] / in[i % fanIn / (kernel * kernel)];
      weights[i] *= gains / (float) Math.sqrt(fanIn);
    }
    String constant = model.constant(weights, out, v.channels(), kernel, kernel);
    String bias = model.constant(numbers(out), out);
    int pad = kernel / 2;
    String name =
        node("Conv", v.name() + " " + constant + " " + bias, ints("pads", pad, pad, pad, pad));
    return new Value(name, out, v.size());
  }

  private Value depthwise(Value v) {
    float[] gain = spread(v.channels());
    float[] weights = numbers(v.channels() * 9);
    for (int i = 0; i < weights.length; i++) {
      weights[i] *= gain[i / 9] / 3;
    }
    String more = " " + model.constant(weights, v.channels(), 1, 3, 3);
    if (random.nextBoolean()) {
      more += " " + model.constant(numbers(v.channels()), v.channels());
    }
    AttributeProto groups = integer("group", v.channels());
    Value first = same("Conv", v, more, groups, ints("pads", 1, 1, 1, 1));
    if (random.nextInt(4) == 0) {
      // the same weights for another value
      values.add(first);
      Value activated = same("Relu", first, "");
      values.add(activated);
      return same("Conv", activated, more, groups, ints("pads", 1, 1, 1, 1));
    }
    return first;
  }

  private Value pooled(Value v) {
    String op = random.nextBoolean() ? "MaxPool" : "AveragePool";
    return same(op, v, "", ints("kernel_shape", 3, 3), ints("pads", 1, 1, 1, 1));
  }

  private Value resized(Value v) {
    if (v.size() > 8) {
      return pooled(v);
    }
    String scales = " " + model.constant(new float[] {1, 1, 2, 2}, 4);
    String name =
        random.nextBoolean()
            ? node("Resize", v.name() + " " + scales, text("mode", "linear"))
            : node(
                "Resize",
                v.name() + " " + scales,
                text("mode", "nearest"),
                text("coordinate_transformation_mode", "asymmetric"));
    return new Value(name, v.channels(), 2 * v.size());
  }

  private Value padded(Value v) {
    boolean channels = random.nextBoolean() && v.channels() < 64;
    String pads = model.integers(0, channels ? 1 : 0, 0, 0, 0, channels ? 7 : 0, 0, 0);
    String name = node("Pad", v.name() + " " + pads);
    return new Value(name, v.channels() + (channels ? 8 : 0), v.size());
  }

  private Value sum(Value v) {
    List<Value> fitting =
        values.stream()
            .filter(other -> other.channels() == v.channels() && other.size() == v.size())
            .collect(Collectors.toList());
    Value other = fitting.get(random.nextInt(fitting.size()));
    if (random.nextInt(5) == 0) {
      // over other axes: one of them is a vector of channels, or a plane
      boolean plane = random.nextBoolean();
      String reduced =
          plane
              ? node("ReduceMean", other.name(), ints("axes", 1))
              : node("GlobalAveragePool", other.name());
      return same("Add", v, " " + reduced);
    }
    return same(random.nextInt(4) == 0 ? "Max" : "Add", v, " " + other.name());
  }

  private Value concatenated(Value v) {
    List<Value> fitting =
        values.stream()
            .filter(other -> other.size() == v.size() && other.channels() + v.channels() <= 96)
            .collect(Collectors.toList());
    if (fitting.isEmpty()) {
      return same("Relu", v, "");
    }
    Value other = fitting.get(random.nextInt(fitting.size()));
    String name = node("Concat", v.name() + " " + other.name(), integer("axis", 1));
    return new Value(name, v.channels() + other.channels(), v.size());
  }

  private Value gated(Value v) {
    String gate = node("Sigmoid", node("GlobalAveragePool", v.name()));
    return same("Mul", v, " " + gate);
  }

  private Value normalized(Value v) {
    int channels = v.channels();
    float[] variances = numbers(channels);
    for (int i = 0; i < channels; i++) {
      variances[i] = 0.1f + Math.abs(variances[i]);
    }
    String parameters = "";
    for (int i = 0; i < 3; i++) {
      parameters += " " + model.constant(numbers(channels), channels);
    }
    return same("BatchNormalization", v, parameters + " " + model.constant(variances, channels));
  }

  private String node(String op, String inputs, AttributeProto... attributes) {
    return model.node(op, "v" + names++, inputs, attributes);
  }

  /** Factors from 1/16 to 16. */
  private float[] spread(int count) {
    float[] factors = new float[count];
    for (int i = 0; i < count; i++) {
      factors[i] = (float) Math.pow(2, random.nextDouble() * 8 - 4);
    }
    return factors;
  }

  private float[] numbers(int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }
}
