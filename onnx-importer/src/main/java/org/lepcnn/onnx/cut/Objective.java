/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx.cut;

import java.util.Arrays;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import org.lepcnn.core.api.PublicApi;
import org.lepcnn.core.error.BadInputException;

/** What a cut makes least. */
@PublicApi
public enum Objective {
  /** The time of a pass. */
  LATENCY("latency", "ms", 1e-6, Cost::latencyNanos),
  /** The processor time of the device, transport included. */
  DEVICE_CPU("device-cpu", "ms", 1e-6, Cost::cpuNanos),
  /** The bytes that travel; with a bound on the device's memory, since without one none do. */
  TRAFFIC("traffic", "kB", 1e-3, Cost::bytes),
  /** The energy of the device. */
  ENERGY("energy", "mJ", 1e-6, Cost::nanojoules);

  private final String word;
  private final String unit;
  private final double scale;
  private final ToDoubleFunction<Cost> part;

  Objective(String word, String unit, double scale, ToDoubleFunction<Cost> part) {
    this.word = word;
    this.unit = unit;
    this.scale = scale;
    this.part = part;
  }

  /** As on the command line. */
  public String word() {
    return word;
  }

  /** Of {@link #inUnits}. */
  public String unit() {
    return unit;
  }

  /** The objective of a word. */
  public static Objective of(String word) {
    return Arrays.stream(values())
        .filter(each -> each.word.equals(word.toLowerCase(Locale.ROOT)))
        .findFirst()
        .orElseThrow(
            () ->
                BadInputException.about("Reading the option --optimise")
                    .expected(
                        "offloaded, "
                            + Arrays.stream(values())
                                .map(Objective::word)
                                .collect(Collectors.joining(", ")))
                    .found(word));
  }

  double of(Cost cost) {
    return part.applyAsDouble(cost);
  }

  /** The cost in the {@link #unit} that people read. */
  public double inUnits(Cost cost) {
    return scale * of(cost);
  }
}
