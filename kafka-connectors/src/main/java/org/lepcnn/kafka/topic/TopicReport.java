/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.kafka.topic;

import java.util.List;

/**
 * What became of a topic that should exist.
 *
 * @param topic its name
 * @param created whether it was created now
 * @param differences how an existing topic differs from the settings, one sentence each; nothing
 *     was changed
 * @param losses what of an existing topic's settings loses records, one sentence each
 */
public record TopicReport(
    String topic, boolean created, List<String> differences, List<String> losses) {
  public TopicReport {
    differences = List.copyOf(differences);
    losses = List.copyOf(losses);
  }
}
