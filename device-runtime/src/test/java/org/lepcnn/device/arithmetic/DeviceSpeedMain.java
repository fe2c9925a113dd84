/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.arithmetic;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import org.lepcnn.core.field.Field31;
import org.lepcnn.core.field.ResidueField;
import org.lepcnn.core.linear.ConvAxis;
import org.lepcnn.core.linear.ConvGeometry;
import org.lepcnn.core.linear.RandomLayers;
import org.lepcnn.core.model.MaskedTensorSpec;
import org.lepcnn.core.quant.ActivationRange;
import org.lepcnn.device.integrity.TestChallenges;
import org.lepcnn.device.key.CipherSuite;
import org.lepcnn.device.key.GroupKey;
import org.lepcnn.device.key.PassKey;
import org.lepcnn.device.key.SecretKey;
import org.lepcnn.device.key.TestSecrets;
import org.lepcnn.device.mask.MaskGenerator;
import org.lepcnn.device.supply.ResidueBuffer;
import org.lepcnn.device.vector.VectorUnit;
import org.lepcnn.device.vector.Words24;

/**
 * Nanoseconds and allocated bytes per element of the device's loops on AlexNet's layers, one
 * thread, median and minimum of interleaved repetitions, beside the plain loops of {@link
 * LayerArithmetic}. Mask steps count masked elements, the others result elements.
 */
public final class DeviceSpeedMain {
  private static final int WARM = 60;
  private static final int REPETITIONS = 120;

  /** Input channels and side, output channels and side, kernel of AlexNet's layers. */
  private static final int[][] ALEXNET = {
    {3, 224, 64, 55, 11}, {64, 27, 192, 27, 5}, {192, 13, 384, 13, 3}, {384, 13, 256, 13, 3},
    {256, 13, 256, 13, 3}, {9216, 1, 4096, 1, 1}, {4096, 1, 4096, 1, 1}, {4096, 1, 1000, 1, 1},
  };

  private final Map<String, Runnable> steps = new LinkedHashMap<>();
  private final Map<String, Long> elements = new LinkedHashMap<>();
  private final List<Layer> layers = new ArrayList<>();
  private final TileArithmetic tiles = TileArithmetic.best();
  private long inputs;
  private long outputs;
  private long sink;

  private record Layer(
      ConvGeometry g,
      float[] x,
      FloatBuffer in,
      FloatBuffer out,
      int[] masked,
      int[] y,
      int[] u,
      ResidueBuffer buffer,
      int[] c,
      TestChallenges challenge,
      TestChallenges second,
      Lift centred,
      Lift lifted,
      ChannelScales channels) {}

  private DeviceSpeedMain(SecretKey key) {
    for (int[] a : ALEXNET) {
      addLayer(a, key);
    }
  }

  public static void main(String[] args) {
    try (SecretKey key = SecretKey.copyOf(new byte[SecretKey.BYTES]);
        PassKey pass = PassKey.of(key, CipherSuite.AES);
        MaskGenerator masks = new MaskGenerator(pass, TestSecrets.ACCESS)) {
      DeviceSpeedMain main = new DeviceSpeedMain(key);
      main.addSteps(masks);
      main.measure();
    }
  }

  private void addLayer(int[] a, SecretKey key) {
    GroupKey group = GroupKey.of(key, CipherSuite.AES);
    ConvAxis side = ConvAxis.of(a[1], a[3], a[4]).withStride(a[1] / a[3]).withPadBefore(a[4] / 2);
    ConvGeometry g =
        a[1] == 1
            ? ConvGeometry.fullyConnected(1, a[0], a[2])
            : ConvGeometry.of(a[0], a[2], side, side);
    RandomLayers residues = new RandomLayers(a[2]);
    SplittableRandom random = new SplittableRandom(a[0]);
    float[] x = new float[g.inputSize()];
    for (int i = 0; i < x.length; i++) {
      x[i] = (float) random.nextDouble(-3, 3);
    }
    FloatBuffer in = outsideTheHeap(x.length);
    in.put(0, x);
    float[] scales = new float[g.outChannels()];
    Arrays.fill(scales, 0.01f);
    layers.add(
        new Layer(
            g,
            x,
            in,
            outsideTheHeap(g.outputSize()),
            residues.residues(x.length),
            residues.residues(g.outputSize()),
            residues.residues(g.outputSize()),
            new ResidueBuffer(g.outputSize()),
            residues.residues(x.length),
            TestChallenges.draw(group, layers.size(), 0, ResidueField.P31, g),
            TestChallenges.draw(group, layers.size(), 1, ResidueField.P31, g),
            Lift.centred(ResidueField.P31, g.outChannels()),
            Lift.from(ResidueField.P24, new int[g.outChannels()]),
            new ChannelScales(0.01f, scales, scales)));
    inputs += g.inputSize();
    outputs += g.outputSize();
  }

  /** As tensors of stages are. */
  private static FloatBuffer outsideTheHeap(int floats) {
    return ByteBuffer.allocateDirect(floats * Float.BYTES)
        .order(ByteOrder.nativeOrder())
        .asFloatBuffer();
  }

  private void addSteps(MaskGenerator masks) {
    step(
        "mask: keystream and rejection",
        inputs,
        l -> masks.fill(0, ResidueField.P31, l.masked, l.masked.length));
    step(
        "mask: scale",
        inputs,
        l -> sink += (long) tiles.scale(l.in, l.x.length, ActivationRange.signed(16)));
    step("mask: quantize and add, plain loop", inputs, l -> mask(l));
    step("mask: keystream, quantize and add", inputs, l -> mask(l, masks, ResidueField.P31));
    step(
        "check: canonical", outputs, l -> sink += Field31.allCanonical(l.y, 0, l.y.length) ? 1 : 0);
    step("check: request's side", inputs, l -> sink += right(l));
    step("check: canonical, result's side", outputs, l -> sink += left(l));
    step("check: both sides, first release", outputs, l -> sink += firstRelease(l));
    step("check: both sides", outputs, l -> sink += check(l));
    step("unmask and dequantize, plain loop", outputs, l -> unmask(l, l.out));
    step(
        "unmask and dequantize",
        outputs,
        l -> tiles.unmask(l.g, l.y, l.buffer, l.centred, l.channels(), l.out));
    // the numbers are no residues in this field: the loops do not care
    step(
        "24 bits, mask: keystream and rejection",
        inputs,
        l -> masks.fill(0, ResidueField.P24, l.masked, l.masked.length));
    step(
        "24 bits, mask: scale",
        inputs,
        l -> sink += (long) tiles.scale(l.in, l.x.length, ActivationRange.signed(16)));
    step(
        "24 bits, mask: keystream, quantize and add",
        inputs,
        l -> mask(l, masks, ResidueField.P24));
    step(
        "24 bits, check: two challenges, request's side",
        inputs,
        l -> sink += l.challenge.right24(l.c, l.c, l.masked));
    step(
        "24 bits, check: canonical, two challenges, result's side",
        outputs,
        l -> sink += l.challenge.left24(l.g, l.second, l.y));
    step(
        "24 bits, unmask and dequantize",
        outputs,
        l -> tiles.unmask(l.g, l.y, l.buffer, l.lifted, l.channels(), l.out));
    step(
        "24 bits, tables: words taken apart",
        outputs,
        l -> Words24.unpack(l.buffer.bytes(), l.y.length));
    step("(copy, for comparison)", inputs, l -> System.arraycopy(l.c, 0, l.masked, 0, l.c.length));
  }

  private interface Work {
    void on(Layer layer);
  }

  private void step(String name, long count, Work work) {
    steps.put(name, () -> layers.forEach(work::on));
    elements.put(name, count);
  }

  private void mask(Layer l, MaskGenerator masks, ResidueField field) {
    tiles.mask(l.in, 1e-4f, masks, new MaskedTensorSpec(0, 0, l.masked.length, field), l.masked);
  }

  private static int left(Layer l) {
    return l.challenge.left(l.g, l.y);
  }

  private static int right(Layer l) {
    return TestChallenges.right(l.c, l.masked, l.x.length);
  }

  private static void mask(Layer l) {
    LayerArithmetic.mask(l.x, 1e-4f, ActivationRange.signed(16), ResidueField.P31, l.masked);
  }

  private static void unmask(Layer l, FloatBuffer out) {
    LayerArithmetic.unmask(
        l.g,
        l.y,
        l.u,
        Lift.centred(ResidueField.P31, l.g.outChannels()),
        l.channels(),
        scratch(l.y.length));
    out.put(0, scratch(l.y.length));
  }

  private static final Map<Integer, float[]> SCRATCH = new LinkedHashMap<>();

  private static float[] scratch(int length) {
    return SCRATCH.computeIfAbsent(length, float[]::new);
  }

  private static int check(Layer l) {
    return l.challenge.left(l.g, l.y) ^ TestChallenges.right(l.c, l.masked, l.x.length);
  }

  /** The dot product as it was in version 0.1, for comparison. */
  private static int firstRelease(Layer l) {
    int plane = l.g.planeSize();
    int sum = dot(l.masked, 0, l.c, 0, l.x.length);
    if (plane == 1) {
      return sum ^ dot(l.y, 0, l.challenge.a(), 0, l.y.length);
    }
    for (int oc = 0; oc < l.g.outChannels(); oc++) {
      int inner = dot(l.y, oc * plane, l.challenge.b(), 0, plane);
      sum = Field31.add(sum, Field31.multiply(l.challenge.a()[oc], inner));
    }
    return sum;
  }

  private static int dot(int[] values, int v, int[] factors, int f, int length) {
    long low = 0;
    long high = 0;
    for (int from = 0; from < length; from += 1 << 15) {
      int count = Math.min(1 << 15, length - from);
      long segmentLow = 0;
      long segmentHigh = 0;
      for (int i = 0; i < count; i++) {
        long value = values[v + from + i];
        int factor = factors[f + from + i];
        segmentLow += value * (factor & 0xffff);
        segmentHigh += value * (factor >>> 16);
      }
      low += Field31.fold(segmentLow);
      high += Field31.fold(segmentHigh);
    }
    return Field31.reduce(((long) Field31.reduce(high) << 16) + Field31.fold(low));
  }

  private void measure() {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    Map<String, long[]> nanos = new LinkedHashMap<>();
    Map<String, Long> bytes = new LinkedHashMap<>();
    steps.keySet().forEach(name -> nanos.put(name, new long[REPETITIONS]));
    for (int i = -WARM; i < REPETITIONS; i++) {
      for (Map.Entry<String, Runnable> step : steps.entrySet()) {
        long allocated = threads.getCurrentThreadAllocatedBytes();
        long begin = System.nanoTime();
        step.getValue().run();
        long taken = System.nanoTime() - begin;
        if (i >= 0) {
          nanos.get(step.getKey())[i] = taken;
        }
        bytes.put(step.getKey(), threads.getCurrentThreadAllocatedBytes() - allocated);
      }
    }
    print(nanos, bytes);
  }

  private void print(Map<String, long[]> nanos, Map<String, Long> bytes) {
    System.out.printf(
        Locale.ROOT,
        "%s, %s, AlexNet: %d masked elements, %d results (%d)%n",
        System.getProperty("java.vm.version"),
        VectorUnit.description(),
        inputs,
        outputs,
        sink & 1);
    System.out.printf("%-40s %8s %8s %8s%n", "ns per element", "median", "min", "bytes");
    for (Map.Entry<String, long[]> step : nanos.entrySet()) {
      long[] sorted = step.getValue();
      Arrays.sort(sorted);
      double per = elements.get(step.getKey());
      System.out.printf(
          Locale.ROOT,
          "%-40s %8.3f %8.3f %8d%n",
          step.getKey(),
          sorted[sorted.length / 2] / per,
          sorted[0] / per,
          bytes.get(step.getKey()));
    }
  }
}
