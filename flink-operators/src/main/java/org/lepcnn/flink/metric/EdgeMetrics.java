/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.metric;

import java.util.EnumMap;
import java.util.Map;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.Histogram;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.runtime.metrics.DescriptiveStatisticsHistogram;
import org.lepcnn.core.port.EdgeErrorCode;

/**
 * The metrics of an operator of the edge job, in Flink's group of that operator under {@code
 * lepcnn}:
 *
 * <ul>
 *   <li>{@code refused.<code>.count}: refusals by error code; {@code MASK_REUSE_SUSPECTED} deserves
 *       an alarm, {@code CLAIMED_BY_ANOTHER_INSTANCE} too
 *   <li>{@code unwritableAnswers}, {@code unwritableRejections}: records that were dropped because
 *       their topic is missing or too small
 *   <li>decode: counters {@code requests} (complete rounds), {@code claims}, {@code releases},
 *       {@code chunks}, {@code bytes}, {@code chunksDropped} (of rounds that were refused or
 *       dropped already), {@code incompleteRefused} (its device held its part of the memory),
 *       {@code incompleteDropped.<reason>.count} with {@code OVERDUE}, {@code YIELDED} (to another
 *       device, memory was short) and {@code DEVICE_BOUND}; gauges {@code incompleteBytes}, {@code
 *       incompleteRequests}, {@code clockAheadMillis} (see {@link
 *       org.lepcnn.flink.clock.BrokerClock#aheadMillis})
 *   <li>admission, with decode: counter {@code refusalsNotAnswered} (refused, counted by code, and
 *       over the limit of answered refusals); gauges {@code devices}, {@code models}, {@code
 *       modelsLoaded}, {@code modelBytesLoaded}, {@code scalarLayers} (of the loaded models, on the
 *       slow scalar kernel), {@code controlReady} (1 or 0), {@code controlMalformed}
 *   <li>kernel: counter {@code surplus} (refused because many requests of the device waited);
 *       histograms {@code batchSize}, {@code batchMicros}; gauges {@code waiting}, {@code inside},
 *       {@code insideBytes}
 * </ul>
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
    refused.get(code).inc();
  }

  /** How often a code was given. */
  public long refusals(EdgeErrorCode code) {
    return refused.get(code).getCount();
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
