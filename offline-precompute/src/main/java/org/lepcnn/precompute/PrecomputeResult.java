/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.precompute;

import java.util.List;

/**
 * What a run has made: nothing for a model of which no layer goes to the edge, since it uses none.
 *
 * @param device the device
 * @param model the model's fingerprint, hexadecimal
 * @param ranges the passes that are in tables now, in the order they were issued
 * @param resumedPasses how many of them an earlier run had issued and not finished
 * @param issuedPasses how many of them this run issued
 * @param files table files made or found complete
 * @param bytes their size
 * @param seconds how long the job took
 */
public record PrecomputeResult(
    String device,
    String model,
    List<Range> ranges,
    long resumedPasses,
    long issuedPasses,
    long files,
    long bytes,
    double seconds) {

  public PrecomputeResult {
    ranges = List.copyOf(ranges);
  }

  /**
   * Consecutive passes of one chain.
   *
   * @param chain 32 hexadecimal digits
   * @param firstPass the first pass
   * @param lastPass the last pass, inclusive
   */
  public record Range(String chain, long firstPass, long lastPass) {}
}
