/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.kafka.topic;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Says how a topic that exists differs from what it should be. */
final class TopicComparison {
  private final TopicSpec spec;
  private final Map<String, String> found;

  /**
   * @param found the topic's settings, those of the broker included
   */
  TopicComparison(TopicSpec spec, Map<String, String> found) {
    this.spec = spec;
    this.found = found;
  }

  /** One sentence each. */
  List<String> differences(int partitions, int replicas) {
    List<String> differences = new ArrayList<>();
    compare("partitions", spec.settings().partitions(), partitions, differences);
    int wanted = spec.settings().replicationFactor();
    if (wanted != TopicSettings.BROKER_DEFAULT) {
      compare("replication factor", wanted, replicas, differences);
    }
    new TreeMap<>(spec.configs(replicas))
        .forEach((key, value) -> compare(key, value, found.getOrDefault(key, "none"), differences));
    return differences;
  }

  private static void compare(
      String what, Object expected, Object found, List<String> differences) {
    if (!expected.equals(found)) {
      differences.add(what + ": expected " + expected + "; found " + found + ".");
    }
  }
}
