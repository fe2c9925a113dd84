/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.testkit;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Function;
import org.lepcnn.core.field.ResidueField;
import org.lepcnn.core.linear.ConvAxis;
import org.lepcnn.core.linear.ConvGeometry;
import org.lepcnn.core.linear.LayerWeights;
import org.lepcnn.core.linear.RandomLayers;
import org.lepcnn.core.model.DeviceHalf;
import org.lepcnn.core.model.EdgeHalf;
import org.lepcnn.core.model.LinearLayerSpec;
import org.lepcnn.core.model.MaskedTensorSpec;
import org.lepcnn.core.model.ModelBundle;
import org.lepcnn.core.model.Plan;
import org.lepcnn.core.quant.ActivationRange;
import org.lepcnn.core.quant.Headroom;
import org.lepcnn.device.stage.HostTensor;

/**
 * A model by hand: two tensors, three layers, two rounds.
 *
 * <pre>
 *   round 0   x [1,3,6,5] → wide 3×3 → a,  narrow 1×1 → b     (one masked tensor, two readers)
 *   stage 1   d = Relu(a + b) / t                              (t is an input: 0 makes infinities)
 *   round 1   d [1,4,6,5] → product → y [1,7]
 *   stage 2   w = y / u, z = Softmax(w)
 * </pre>
 */
public final class SessionModel {
  private static final long[] X = {1, 3, 6, 5};
  private static final long[] HIDDEN = {1, 4, 6, 5};
  private static final long[] OUT = {1, 7};

  private SessionModel() {}

  public static ModelBundle bundle(long seed) {
    return bundle(seed, ResidueField.P31, ResidueField.P31);
  }

  /**
   * The same layers in given fields. In 24 bits d, which is not negative unless t is, has no
   * negative integers.
   *
   * @param x of the first tensor
   * @param d of the second tensor
   */
  public static ModelBundle bundle(long seed, ResidueField x, ResidueField d) {
    return bundle(new RandomLayers(seed)::int8Weights, x, d);
  }

  /** The same layers with weights of two parts. */
  public static ModelBundle partedBundle(long seed) {
    return bundle(new RandomLayers(seed)::partedWeights, ResidueField.P31, ResidueField.P31);
  }

  private static ModelBundle bundle(
      Function<ConvGeometry, LayerWeights> random, ResidueField first, ResidueField second) {
    ConvGeometry wide = ConvGeometry.of(3, 4, ConvAxis.centred(6, 3), ConvAxis.centred(5, 3));
    ConvGeometry narrow = ConvGeometry.of(3, 4, ConvAxis.pointwise(6), ConvAxis.pointwise(5));
    ConvGeometry product = ConvGeometry.fullyConnected(1, 120, 7);
    List<LayerWeights> weights =
        List.of(random.apply(wide), random.apply(narrow), random.apply(product));
    Plan plan =
        new Plan(
            List.of(new MaskedTensorSpec(0, 0, 90, first), new MaskedTensorSpec(1, 1, 120, second)),
            List.of(
                new LinearLayerSpec(0, 0, wide),
                new LinearLayerSpec(1, 0, narrow),
                new LinearLayerSpec(2, 1, product)));
    Headroom room = new Headroom(first, true);
    Headroom hiddenRoom = new Headroom(second, second == ResidueField.P31);
    int xBits = Math.min(bits(weights.get(0), 4, room), bits(weights.get(1), 4, room));
    ActivationRange range = hiddenRoom.range(bits(weights.get(2), 7, hiddenRoom));
    DeviceHalf device =
        new DeviceHalf(
            "by hand",
            List.of(value("x", X), value("t", HIDDEN), value("u", OUT)),
            List.of(value("z", OUT), value("y", OUT)),
            plan,
            List.of(
                new DeviceHalf.TensorBinding("x", xBits), new DeviceHalf.TensorBinding("d", range)),
            List.of(
                binding("wide", "a", 4, HIDDEN, new int[0]),
                binding("narrow", "b", 4, HIDDEN, new int[0]),
                binding("product", "y", 7, OUT, lift(weights.get(2), 7, range))),
            List.of(new DeviceHalf.Stage(new byte[0], List.of(), List.of()), relu(), softmax()),
            List.of());
    return ModelBundle.of(new EdgeHalf(plan, weights), device);
  }

  /** Random inputs; t and u are ones. */
  public static Map<String, HostTensor> inputs(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    float[] x = new float[90];
    for (int i = 0; i < x.length; i++) {
      x[i] = (float) random.nextDouble(-2, 2);
    }
    return inputs(x, 1, 1);
  }

  public static Map<String, HostTensor> inputs(float[] x, float t, float u) {
    Map<String, HostTensor> inputs = new HashMap<>();
    inputs.put("x", HostTensor.of(x, X));
    inputs.put("t", HostTensor.of(constant(120, t), HIDDEN));
    inputs.put("u", HostTensor.of(constant(7, u), OUT));
    return inputs;
  }

  private static DeviceHalf.Stage relu() {
    byte[] onnx =
        TinyOnnx.model(
            List.of(
                TinyOnnx.Node.of("Add", "sum", "a", "b"),
                TinyOnnx.Node.of("Relu", "c", "sum"),
                TinyOnnx.Node.of("Div", "d", "c", "t")),
            List.of(
                new TinyOnnx.Value("a", HIDDEN),
                new TinyOnnx.Value("b", HIDDEN),
                new TinyOnnx.Value("t", HIDDEN)),
            List.of(new TinyOnnx.Value("d", HIDDEN)));
    return new DeviceHalf.Stage(onnx, List.of("a", "b", "t"), List.of("d"));
  }

  private static DeviceHalf.Stage softmax() {
    byte[] onnx =
        TinyOnnx.model(
            List.of(TinyOnnx.Node.of("Div", "w", "y", "u"), TinyOnnx.Node.of("Softmax", "z", "w")),
            List.of(new TinyOnnx.Value("y", OUT), new TinyOnnx.Value("u", OUT)),
            List.of(new TinyOnnx.Value("z", OUT)));
    return new DeviceHalf.Stage(onnx, List.of("y", "u"), List.of("z"));
  }

  private static DeviceHalf.ValueSpec value(String name, long[] shape) {
    return new DeviceHalf.ValueSpec(name, HostTensor.FLOAT, shape);
  }

  private static DeviceHalf.LayerBinding binding(
      String name, String output, int channels, long[] shape, int[] lift) {
    float[] scales = new float[channels];
    float[] bias = new float[channels];
    for (int i = 0; i < channels; i++) {
      scales[i] = 0.001f * (i + 1);
      bias[i] = i - 1.5f;
    }
    return new DeviceHalf.LayerBinding(name, "Conv", output, shape, scales, bias, lift);
  }

  private static int bits(LayerWeights weights, int channels, Headroom headroom) {
    return headroom.activationBits(weights.maxAbsSum(channels));
  }

  private static int[] lift(LayerWeights weights, int channels, ActivationRange range) {
    int[] lift = new int[range.signed() ? 0 : channels];
    for (int i = 0; i < weights.count() && !range.signed(); i++) {
      lift[i / (weights.count() / channels)] += Math.max(0, -weights.at(i)) * range.limit();
    }
    return lift;
  }

  private static float[] constant(int length, float value) {
    float[] values = new float[length];
    java.util.Arrays.fill(values, value);
    return values;
  }
}
