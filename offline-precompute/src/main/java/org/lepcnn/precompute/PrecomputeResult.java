/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.precompute;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * What a run has made.
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
   * @param first the first pass
   * @param last the last pass, inclusive
   */
  public record Range(String chain, long first, long last) {
    private String toJson() {
      return String.format(
          Locale.ROOT, "{\"chain\":\"%s\",\"firstPass\":%d,\"lastPass\":%d}", chain, first, last);
    }
  }

  /** One JSON object with the record's fields; every string in it needs no escape. */
  public String toJson() {
    return String.format(
        Locale.ROOT,
        "{\"device\":\"%s\",\"model\":\"%s\",\"ranges\":[%s],\"resumedPasses\":%d,"
            + "\"issuedPasses\":%d,\"files\":%d,\"bytes\":%d,\"seconds\":%.3f}",
        device,
        model,
        ranges.stream().map(Range::toJson).collect(Collectors.joining(",")),
        resumedPasses,
        issuedPasses,
        files,
        bytes,
        seconds);
  }
}
