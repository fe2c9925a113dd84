/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.testkit;

import java.util.Map;
import java.util.TreeMap;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.metrics.groups.UnregisteredMetricsGroup;

/** A metric group that keeps its counters and gauges, and those of its groups, by full name. */
public final class RecordedCounters extends UnregisteredMetricsGroup {
  private final Map<String, Counter> counters;
  private final Map<String, Gauge<?>> gauges;
  private final String prefix;

  public RecordedCounters() {
    this(new TreeMap<>(), new TreeMap<>(), "");
  }

  private RecordedCounters(
      Map<String, Counter> counters, Map<String, Gauge<?>> gauges, String prefix) {
    this.counters = counters;
    this.gauges = gauges;
    this.prefix = prefix;
  }

  /** All counters by name, the groups' names before it with dots between. */
  public Map<String, Counter> all() {
    return counters;
  }

  /** What a counter shows. */
  public long count(String name) {
    return counters.get(name).getCount();
  }

  /** What a gauge shows. */
  public Object gauge(String name) {
    return gauges.get(name).getValue();
  }

  @Override
  public <T, G extends Gauge<T>> G gauge(String name, G gauge) {
    gauges.put(prefix + name, gauge);
    return super.gauge(name, gauge);
  }

  @Override
  public Counter counter(String name) {
    Counter counter = super.counter(name);
    counters.put(prefix + name, counter);
    return counter;
  }

  @Override
  public MetricGroup addGroup(String name) {
    return new RecordedCounters(counters, gauges, prefix + name + ".");
  }

  @Override
  public MetricGroup addGroup(String key, String value) {
    return new RecordedCounters(counters, gauges, prefix + key + "." + value + ".");
  }
}
