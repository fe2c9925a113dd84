/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.bench;

import java.util.List;
import java.util.Locale;

/**
 * What a core of a small device would need for a plain and for a private pass: a <em>model</em>, no
 * measurement. It takes a Cortex-A76 at 2.4 GHz with a 32-bit LPDDR4X-4267 memory (the core and
 * memory of a Raspberry Pi 5) by the peak figures that their makers publish, and gives both sides
 * the same share of the peak, so that its ratio depends on the kinds of work alone:
 *
 * <pre>
 *   plain   = max(multiplications / FMA rate, weight bytes / memory rate)
 *   private = multiplications kept / FMA rate
 *           + AES blocks (masks and tables) · cycles per block / clock
 *           + elements masked, checked, unmasked · vector operations each / vector rate
 *           + elements through the stages · vector operations each / vector rate
 * </pre>
 */
public final class SmallCoreModel {
  static final double CLOCK_HERTZ = 2.4e9;

  /** Two 128-bit pipes: Arm's optimization guide for the Cortex-A76, FMLA of four floats. */
  static final double FMA_PER_CYCLE = 8;

  static final double VECTOR_OPERATIONS_PER_CYCLE = 8;

  /** 4267 MT/s of four bytes. */
  static final double MEMORY_BYTES_PER_SECOND = 17.1e9;

  /** What real code reaches of the peaks above. */
  static final double EFFICIENCY = 0.5;

  /** AES-256: 14 rounds of AESE and AESMC, one instruction a cycle. */
  static final double CYCLES_PER_AES_BLOCK = 28;

  /** GHASH: four polynomial products and a reduction. */
  static final double CYCLES_PER_GHASH_BLOCK = 8;

  private static final double BLOCK_BYTES = 16;
  private static final double MASK_OPERATIONS = 12;
  private static final double CHECK_OPERATIONS = 10;
  private static final double UNMASK_OPERATIONS = 10;
  private static final double STAGE_OPERATIONS = 12;

  /** What a pass amounts to. */
  public record Work(long macs, long keptMacs, long inputs, long outputs, long weights) {}

  private SmallCoreModel() {}

  public static double plainMillis(Work work) {
    double compute = work.macs() / (FMA_PER_CYCLE * CLOCK_HERTZ * EFFICIENCY);
    double memory = work.weights() * Float.BYTES / (MEMORY_BYTES_PER_SECOND * EFFICIENCY);
    return Math.max(compute, memory) * 1e3;
  }

  public static double privateMillis(Work work) {
    double kept = work.keptMacs() / (FMA_PER_CYCLE * CLOCK_HERTZ * EFFICIENCY);
    double maskBlocks = work.inputs() * Integer.BYTES / BLOCK_BYTES;
    double tableBlocks = work.outputs() * Integer.BYTES / BLOCK_BYTES;
    double aes =
        ((maskBlocks + tableBlocks) * CYCLES_PER_AES_BLOCK + tableBlocks * CYCLES_PER_GHASH_BLOCK)
            / (CLOCK_HERTZ * EFFICIENCY);
    double operations =
        work.inputs() * (MASK_OPERATIONS + CHECK_OPERATIONS)
            + work.outputs() * (CHECK_OPERATIONS + UNMASK_OPERATIONS + STAGE_OPERATIONS);
    double vectors = operations / (VECTOR_OPERATIONS_PER_CYCLE * CLOCK_HERTZ * EFFICIENCY);
    return (kept + aes + vectors) * 1e3;
  }

  static List<String> notes(Work work) {
    String result =
        String.format(
            Locale.ROOT,
            "MODEL, not measured: one Cortex-A76 core at 2.4 GHz (Raspberry Pi 5 class): plain"
                + " %.1f ms, private %.2f ms, without network",
            plainMillis(work),
            privateMillis(work));
    String numbers =
        String.format(
            Locale.ROOT,
            "its numbers: %.0f float multiply-adds and %.0f 32-bit vector operations a cycle, %.0f"
                + " cycles an AES-256 block and %.0f more for GHASH, %.1f GB/s of memory, all at"
                + " %.0f %% of the peak; operations per element: mask %.0f, check %.0f, unmask"
                + " %.0f, stages %.0f. Sources: Arm Cortex-A76 Software Optimization Guide (two"
                + " 128-bit pipes), LPDDR4X-4267 on 32 bits; operation counts are estimates",
            FMA_PER_CYCLE,
            VECTOR_OPERATIONS_PER_CYCLE,
            CYCLES_PER_AES_BLOCK,
            CYCLES_PER_GHASH_BLOCK,
            MEMORY_BYTES_PER_SECOND / 1e9,
            100 * EFFICIENCY,
            MASK_OPERATIONS,
            CHECK_OPERATIONS,
            UNMASK_OPERATIONS,
            STAGE_OPERATIONS);
    return List.of(result, numbers);
  }
}
