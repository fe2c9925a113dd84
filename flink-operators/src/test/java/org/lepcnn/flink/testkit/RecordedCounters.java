/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.testkit;

import java.util.Map;
import java.util.TreeMap;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.metrics.groups.UnregisteredMetricsGroup;

/** A metric group that keeps its counters, and those of its groups, under their full names. */
public final class RecordedCounters extends UnregisteredMetricsGroup {
  private final Map<String, Counter> counters;
  private final String prefix;

  public RecordedCounters() {
    this(new TreeMap<>(), "");
  }

  private RecordedCounters(Map<String, Counter> counters, String prefix) {
    this.counters = counters;
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

  @Override
  public Counter counter(String name) {
    Counter counter = super.counter(name);
    counters.put(prefix + name, counter);
    return counter;
  }

  @Override
  public MetricGroup addGroup(String name) {
    return new RecordedCounters(counters, prefix + name + ".");
  }

  @Override
  public MetricGroup addGroup(String key, String value) {
    return new RecordedCounters(counters, prefix + key + "." + value + ".");
  }
}
