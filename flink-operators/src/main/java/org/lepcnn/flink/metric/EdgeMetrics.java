/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.metric;

import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.Histogram;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.runtime.metrics.DescriptiveStatisticsHistogram;
import org.lepcnn.core.port.EdgeErrorCode;

/**
 * The metrics of an operator of the edge job, in Flink's group of that operator under {@code
 * lepcnn}. {@code docs/operations/watch.md} says what each one means.
 */
public final class EdgeMetrics {
  private static final int HISTOGRAM_WINDOW = 1_000;

  private final MetricGroup group;
  private final Map<EdgeErrorCode, Counter> refused = new EnumMap<>(EdgeErrorCode.class);
  private final Counter unwritableAnswers;
  private final Counter unwritableRejections;

  /**
   * @param operator the operator's own group
   */
  public EdgeMetrics(MetricGroup operator) {
    group = operator.addGroup("lepcnn");
    for (EdgeErrorCode code : EdgeErrorCode.values()) {
      refused.put(code, group.addGroup("refused", code.name()).counter("count"));
    }
    unwritableAnswers = group.counter("unwritableAnswers");
    unwritableRejections = group.counter("unwritableRejections");
  }

  /** A further counter. */
  public Counter counter(String name) {
    return group.counter(name);
  }

  /** A further counter, {@code count} in a group of a value of what it tells apart. */
  public Counter counter(String name, String value) {
    return group.addGroup(name, value).counter("count");
  }

  /** A further histogram over the last thousand values. */
  public Histogram histogram(String name) {
    return group.histogram(name, new DescriptiveStatisticsHistogram(HISTOGRAM_WINDOW));
  }

  /** A further gauge. */
  public void gauge(String name, org.apache.flink.metrics.Gauge<? extends Number> gauge) {
    group.gauge(name, gauge);
  }

  /** Counts a refusal. */
  public void refused(EdgeErrorCode code) {
    counterOf(code).inc();
  }

  /** How often a code was given. */
  public long refusals(EdgeErrorCode code) {
    return counterOf(code).getCount();
  }

  private Counter counterOf(EdgeErrorCode code) {
    return Objects.requireNonNull(refused.get(code), "every code has a counter");
  }

  /** Counts an answer that could not be sent. */
  public void unwritableAnswer() {
    unwritableAnswers.inc();
  }

  /** Counts a rejection that could not be sent. */
  public void unwritableRejection() {
    unwritableRejections.inc();
  }
}
