/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.bench.measure;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.IntConsumer;
import org.lepcnn.core.field.ResidueField;
import org.lepcnn.core.kernel.KernelProvider;
import org.lepcnn.core.kernel.LinearKernel;
import org.lepcnn.core.linear.ConvGeometry;
import org.lepcnn.core.linear.LayerWeights;

/** One layer, masked and plain, with the samples taken of both. */
public final class LayerPair implements AutoCloseable {
  private final String name;
  private final ResidueField field;
  private final ConvGeometry geometry;
  private final LinearKernel kernel;
  private final PlainModel plain;
  private final int[][] inputs;
  private final int[][] outputs;
  private final List<Double> maskedNanos = new ArrayList<>();
  private final List<Double> plainNanos = new ArrayList<>();
  private int maskedCalls;
  private int plainCalls;

  private LayerPair(
      String name,
      ResidueField field,
      ConvGeometry geometry,
      LinearKernel kernel,
      PlainModel plain,
      int callers) {
    this.name = name;
    this.geometry = geometry;
    this.kernel = kernel;
    this.plain = plain;
    this.field = field;
    this.inputs = residues(field, callers, geometry.inputSize());
    this.outputs = new int[callers][geometry.outputSize()];
  }

  public static LayerPair open(
      String name,
      ResidueField field,
      ConvGeometry geometry,
      LayerWeights weights,
      KernelProvider provider,
      int threads) {
    LinearKernel kernel = provider.prepare(field, geometry, weights);
    Optional<PlainModel> plain = FloatLayer.open(geometry, weights.part(0), threads);
    if (plain.isPresent() && plain.get().outputElements() != geometry.outputSize()) {
      throw new IllegalStateException("The float form of " + name + " is not the same layer");
    }
    return new LayerPair(name, field, geometry, kernel, plain.orElse(null), threads);
  }

  public String name() {
    return name;
  }

  public long macs() {
    return geometry.macs();
  }

  public boolean hasBaseline() {
    return plain != null;
  }

  public boolean isFullyConnected() {
    return geometry.positions() == 1;
  }

  public double maskedMillis() {
    return Timing.median(maskedNanos) / Timing.NANOS_PER_MILLI;
  }

  public double plainMillis() {
    return Timing.median(plainNanos) / Timing.NANOS_PER_MILLI;
  }

  public double ratio() {
    return maskedMillis() / plainMillis();
  }

  /**
   * One sample of each.
   *
   * @param callers run the masked layer
   * @param single runs the plain layer, whose threads are inside it
   * @param keep false while warming up
   */
  public void sample(Callers callers, Callers single, double millis, boolean keep) {
    IntConsumer masked = caller -> kernel.apply(inputs[caller], outputs[caller]);
    maskedCalls = maskedCalls == 0 ? calls(callers, masked, millis) : maskedCalls;
    double maskedSample = callers.nanosPerCall(maskedCalls, masked);
    double plainSample = Double.NaN;
    if (plain != null) {
      plainCalls = plainCalls == 0 ? calls(single, caller -> plain.run(), millis) : plainCalls;
      plainSample = single.nanosPerCall(plainCalls, caller -> plain.run());
    }
    if (keep) {
      maskedNanos.add(maskedSample);
      plainNanos.add(plainSample);
    }
  }

  /**
   * The time of one masked call for {@code count} devices, divided by that of as many plain runs.
   */
  public double batchRatio(int count, Callers single, int rounds, double millis) {
    int[][] x = residues(field, count, geometry.inputSize());
    int[][] y = new int[count][geometry.outputSize()];
    IntConsumer batch = caller -> kernel.apply(count, x, y);
    IntConsumer oneByOne =
        caller -> {
          for (int i = 0; i < count; i++) {
            plain.run();
          }
        };
    int batchCalls = calls(single, batch, millis);
    int plainBatchCalls = calls(single, oneByOne, millis);
    List<Double> batches = new ArrayList<>();
    List<Double> plains = new ArrayList<>();
    for (int round = 0; round < rounds; round++) {
      batches.add(single.nanosPerCall(batchCalls, batch));
      plains.add(single.nanosPerCall(plainBatchCalls, oneByOne));
    }
    return Timing.median(batches) / Timing.median(plains);
  }

  @Override
  public void close() {
    kernel.close();
    if (plain != null) {
      plain.close();
    }
  }

  /** How many calls a thread has to make for a sample to last long enough. */
  private static int calls(Callers callers, IntConsumer work, double millis) {
    callers.nanosPerCall(1, work);
    double wall = callers.nanosPerCall(1, work) * callers.threads();
    return (int) Math.max(1, Math.ceil(millis * Timing.NANOS_PER_MILLI / wall));
  }

  /** Random canonical residues; the same for the same length. */
  public static int[][] residues(ResidueField field, int count, int length) {
    SplittableRandom random = new SplittableRandom(length);
    int[][] values = new int[count][length];
    for (int[] row : values) {
      for (int i = 0; i < length; i++) {
        row[i] = random.nextInt(field.modulus());
      }
    }
    return values;
  }
}
