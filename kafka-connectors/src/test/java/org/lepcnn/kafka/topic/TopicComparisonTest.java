/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.kafka.topic;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.config.TopicConfig;
import org.junit.jupiter.api.Test;

/** What is said of a topic that exists and differs. */
class TopicComparisonTest {
  private static final TopicSpec SPEC = TopicSpec.ofGateway("gw", TopicSettings.DEFAULT).get(0);

  @Test
  void settingsAsTheyShouldBe_areNoDifference() {
    assertThat(differences(SPEC.configs(1))).isEmpty();
  }

  @Test
  void settingThatTheTopicDoesNotHave_isFoundToBeNone() {
    Map<String, String> found = new HashMap<>(SPEC.configs(1));
    found.remove(TopicConfig.COMPRESSION_TYPE_CONFIG);
    assertThat(differences(found))
        .containsExactly("compression.type: expected producer; found none.");
  }

  @Test
  void settingWithoutAValue_isNotThere() {
    Config config = new Config(List.of(new ConfigEntry("a", "1"), new ConfigEntry("b", null)));
    assertThat(TopicLosses.byName(config)).containsExactly(Map.entry("a", "1"));
  }

  private static List<String> differences(Map<String, String> found) {
    return new TopicComparison(SPEC, found).differences(SPEC.settings().partitions(), 1);
  }
}
