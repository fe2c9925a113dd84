/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.bench.measure;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.lepcnn.device.stage.HostTensor;

/**
 * Plain inferences per second on some cores, two ways: one session that uses all of them inside an
 * operator, and one caller per core of a session with one thread. The better one is the baseline.
 */
public final class PlainThroughput implements AutoCloseable {
  private final PlainModel wide;
  private final PlainModel narrow;
  private final Callers one = new Callers(1);
  private final Callers all;
  private final List<Double> wideNanos = new ArrayList<>();
  private final List<Double> narrowNanos = new ArrayList<>();

  public PlainThroughput(BenchModel model, int cores, Map<String, HostTensor> input) {
    wide = PlainModel.open(model.onnx(), cores, input);
    narrow = PlainModel.open(model.onnx(), 1, input);
    all = new Callers(cores);
  }

  /** One sample of both. */
  public void sample(int calls) {
    wideNanos.add(one.nanosPerCall(calls, caller -> wide.run()));
    narrowNanos.add(all.nanosPerCall(calls, caller -> narrow.run()));
  }

  public double wideInferencesPerSecond() {
    return Timing.NANOS_PER_SECOND / Timing.median(wideNanos);
  }

  public double narrowInferencesPerSecond() {
    return Timing.NANOS_PER_SECOND / Timing.median(narrowNanos);
  }

  public double inferencesPerSecond() {
    return Math.max(wideInferencesPerSecond(), narrowInferencesPerSecond());
  }

  @Override
  public void close() {
    one.close();
    all.close();
    wide.close();
    narrow.close();
  }
}
