/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.residue;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import org.lepcnn.core.field.ResidueField;

/**
 * Nanoseconds a residue of {@link ResidueCoding} in both fields, one thread, median and minimum of
 * interleaved repetitions; {@code [residues]} of a chunk as the argument.
 */
public final class ResidueCodingSpeedMain {
  private static final int REPETITIONS = 2_000;

  /** As odd as the payload of a record begins. */
  private static final int OFFSET = 213;

  private final Map<String, Runnable> steps = new LinkedHashMap<>();
  private final int count;
  private boolean sink;

  private ResidueCodingSpeedMain(int count) {
    this.count = count;
    for (ResidueField field : ResidueField.values()) {
      int[] values = new SplittableRandom(1).ints(count, 0, field.modulus()).toArray();
      byte[] record = new byte[OFFSET + count * field.wireBytes()];
      steps.put(
          field + " write", () -> ResidueCoding.write(field, values, 0, count, record, OFFSET));
      steps.put(
          field + " check", () -> sink ^= ResidueCoding.allCanonical(field, record, OFFSET, count));
      steps.put(field + " read", () -> ResidueCoding.read(field, record, OFFSET, values, 0, count));
    }
  }

  public static void main(String[] args) {
    new ResidueCodingSpeedMain(args.length == 0 ? 16_384 : Integer.parseInt(args[0])).measure();
  }

  private void measure() {
    Map<String, long[]> nanos = new LinkedHashMap<>();
    steps.keySet().forEach(name -> nanos.put(name, new long[REPETITIONS]));
    for (int i = -REPETITIONS; i < REPETITIONS; i++) {
      for (Map.Entry<String, Runnable> step : steps.entrySet()) {
        long begin = System.nanoTime();
        step.getValue().run();
        long taken = System.nanoTime() - begin;
        if (i >= 0) {
          nanos.get(step.getKey())[i] = taken;
        }
      }
    }
    System.out.printf("%d residues (%b)%n", count, sink);
    System.out.printf("%-12s %8s %8s%n", "ns a residue", "median", "min");
    for (Map.Entry<String, long[]> step : nanos.entrySet()) {
      long[] sorted = step.getValue();
      Arrays.sort(sorted);
      System.out.printf(
          Locale.ROOT,
          "%-12s %8.3f %8.3f%n",
          step.getKey(),
          sorted[sorted.length / 2] / (double) count,
          sorted[0] / (double) count);
    }
  }
}
