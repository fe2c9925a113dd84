/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.bench;

import java.util.List;
import java.util.Locale;

/**
 * What a core of a small device would need for a plain and for a private pass: a <em>model</em>, no
 * measurement. It takes the peak figures that makers publish at {@link #EFFICIENCY} for both sides
 * alike, so that its ratio depends on the kinds of work; figures that somebody measured count in
 * full:
 *
 * <pre>
 *   plain   = max(multiplications / FMA rate, weight bytes / memory rate)
 *   private = multiplications kept / FMA rate
 *           + blocks of masks and tables · time of AES + blocks of tables · time of GHASH
 *           + elements masked, checked, unmasked · vector operations each / vector rate
 *           + elements through the stages · vector operations each / vector rate
 * </pre>
 *
 * docs/cut.md has the sources.
 */
public enum SmallCoreModel {
  /**
   * A Raspberry Pi 5: two 128-bit pipes (Arm's optimization guide for the Cortex-A76), LPDDR4X-4267
   * on 32 bits, instructions for AES (14 rounds of AESE and AESMC, one a cycle) and GHASH (four
   * polynomial products and a reduction), at half speed as all peaks.
   */
  PI_5("Raspberry Pi 5, Cortex-A76 at 2.4 GHz with AES instructions", 2.4e9, 8, 8, 8.5e9, 56, 16),

  /**
   * A Raspberry Pi 4: one 128-bit FMLA a cycle on the Cortex-A72, integer operations taken alike;
   * memory as STREAM measured it; no AES instructions. OpenSSL's C code measured 36.2 MB/s of
   * AES-256 at 1.8 GHz on 64 bits, 795 cycles a block; GHASH as the JDK's Java code took on x86,
   * which is a lower bound.
   */
  PI_4("Raspberry Pi 4, Cortex-A72 at 1.8 GHz without them", 1.8e9, 4, 4, 5.5e9, 795, 398);

  /** What real code reaches of the peaks of multiplications and vector operations. */
  static final double EFFICIENCY = 0.5;

  private static final double BLOCK_BYTES = 16;
  private static final double MASK_OPERATIONS = 12;
  private static final double CHECK_OPERATIONS = 10;
  private static final double UNMASK_OPERATIONS = 10;
  private static final double STAGE_OPERATIONS = 12;

  private final String core;
  private final double clockHertz;
  private final double fmaPerCycle;
  private final double vectorOperationsPerCycle;
  private final double memoryBytesPerSecond;
  private final double cyclesPerAesBlock;
  private final double cyclesPerGhashBlock;

  /** What a pass amounts to. */
  public record Work(long macs, long keptMacs, long inputs, long outputs, long weights) {}

  SmallCoreModel(
      String core,
      double clockHertz,
      double fmaPerCycle,
      double vectorOperationsPerCycle,
      double memoryBytesPerSecond,
      double cyclesPerAesBlock,
      double cyclesPerGhashBlock) {
    this.core = core;
    this.clockHertz = clockHertz;
    this.fmaPerCycle = fmaPerCycle;
    this.vectorOperationsPerCycle = vectorOperationsPerCycle;
    this.memoryBytesPerSecond = memoryBytesPerSecond;
    this.cyclesPerAesBlock = cyclesPerAesBlock;
    this.cyclesPerGhashBlock = cyclesPerGhashBlock;
  }

  /** Milliseconds of plain inference. */
  public double plainMillis(Work work) {
    double memory = work.weights() * Float.BYTES / memoryBytesPerSecond;
    return Math.max(multiplying(work.macs()), memory) * 1e3;
  }

  /** Milliseconds of a private pass, without transport. */
  public double privateMillis(Work work) {
    double maskBlocks = work.inputs() * Integer.BYTES / BLOCK_BYTES;
    double tableBlocks = work.outputs() * Integer.BYTES / BLOCK_BYTES;
    double cycles =
        (maskBlocks + tableBlocks) * cyclesPerAesBlock + tableBlocks * cyclesPerGhashBlock;
    double operations =
        work.inputs() * (MASK_OPERATIONS + CHECK_OPERATIONS)
            + work.outputs() * (CHECK_OPERATIONS + UNMASK_OPERATIONS + STAGE_OPERATIONS);
    double vectors = operations / (vectorOperationsPerCycle * clockHertz * EFFICIENCY);
    return (multiplying(work.keptMacs()) + cycles / clockHertz + vectors) * 1e3;
  }

  private double multiplying(long macs) {
    return macs / (fmaPerCycle * clockHertz * EFFICIENCY);
  }

  /** What both cores would need, and by which numbers. */
  static List<String> notes(Work work) {
    return List.of(PI_4.note(work), PI_5.note(work));
  }

  private String note(Work work) {
    double plain = plainMillis(work);
    double own = privateMillis(work);
    return String.format(
        Locale.ROOT,
        "MODEL, not measured, one core of a %s: plain %.1f ms, private %.1f ms (%.2f), without"
            + " transport; of %.0f multiply-adds and %.0f 32-bit vector operations a cycle at %.0f %%,"
            + " %.1f GB/s of memory, %.0f cycles a block of AES-256 and %.0f of GHASH",
        core,
        plain,
        own,
        own / plain,
        fmaPerCycle,
        vectorOperationsPerCycle,
        100 * EFFICIENCY,
        memoryBytesPerSecond / 1e9,
        cyclesPerAesBlock,
        cyclesPerGhashBlock);
  }
}
