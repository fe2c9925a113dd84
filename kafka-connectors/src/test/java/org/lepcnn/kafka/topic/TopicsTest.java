/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.kafka.topic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullAndEmptySource;
import org.junit.jupiter.params.provider.ValueSource;
import org.lepcnn.core.error.BadInputException;

class TopicsTest {
  @Test
  void resultsTopic_followsFromTheRequestsTopic() {
    assertThat(Topics.requests("hall-2")).isEqualTo("lepcnn.requests.hall-2");
    assertThat(Topics.results("hall-2")).isEqualTo("lepcnn.results.hall-2");
    assertThat(Topics.resultsFor(Topics.requests("hall-2"))).isEqualTo(Topics.results("hall-2"));
    assertThat(Topics.gatewayOf("lepcnn.requests.hall-2")).isEqualTo("hall-2");
  }

  @Test
  void pattern_matchesRequestsTopicsOnly() {
    assertThat("lepcnn.requests.hall_2").matches(Topics.REQUESTS_PATTERN);
    assertThat("lepcnn.results.hall_2").doesNotMatch(Topics.REQUESTS_PATTERN);
    assertThat("lepcnnXrequests.hall").doesNotMatch(Topics.REQUESTS_PATTERN);
    assertThat("lepcnn.requests.").doesNotMatch(Topics.REQUESTS_PATTERN);
    assertThat("lepcnn.requests.a.b").doesNotMatch(Topics.REQUESTS_PATTERN);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a",
        "9",
        "Hall-2_b",
        "abcdefghijklmnopqrstuvwxyz0123456789-abcdefghijklmnopqrstuvwxy_Z"
      })
  void goodGatewayNames_areAccepted(String name) {
    assertThat(Topics.checkGateway(name)).isEqualTo(name);
  }

  @ParameterizedTest
  @NullAndEmptySource
  @ValueSource(
      strings = {
        "-a",
        "_a",
        "a.b",
        "a b",
        "ä",
        "a/b",
        "a\n",
        "..",
        "abcdefghijklmnopqrstuvwxyz0123456789-abcdefghijklmnopqrstuvwxyz_Z"
      })
  void badGatewayNames_areRefused(String name) {
    assertThatThrownBy(() -> Topics.checkGateway(name))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("1 to 64");
  }

  @Test
  void topicsOfOtherKinds_haveNoGateway() {
    assertThatThrownBy(() -> Topics.resultsFor("lepcnn.results.a"))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("lepcnn.requests.");
  }

  @Test
  void requestsTopicsOfNoGateway_haveNone() {
    for (String name : new String[] {"", "a/b", "a b", "-a", "a".repeat(65)}) {
      assertThatThrownBy(() -> Topics.gatewayOf("lepcnn.requests." + name))
          .isInstanceOf(BadInputException.class)
          .hasMessageContaining("Gateway name");
    }
  }

  @Test
  void senselessTopicSettings_areBadInput() {
    assertThatThrownBy(() -> TopicSettings.DEFAULT.withPartitions(0))
        .isInstanceOf(BadInputException.class);
    assertThatThrownBy(() -> TopicSettings.DEFAULT.withReplicationFactor(0))
        .isInstanceOf(BadInputException.class);
    assertThat(TopicSettings.DEFAULT.withReplicationFactor(3).replicationFactor()).isEqualTo(3);
  }

  @Test
  void threeCopiesOrMore_needTwoForAWrite() {
    String key = "min.insync.replicas";
    TopicSpec devices = TopicSpec.shared(TopicSettings.DEFAULT).get(1);
    assertThat(devices.configs(3)).containsEntry(key, "2");
    assertThat(devices.configs(5)).containsEntry(key, "2");
    assertThat(devices.toNewTopic(3).configs()).containsEntry(key, "2");
    assertThat(devices.configs(2)).as("a copy may be away").doesNotContainKey(key);
    assertThat(devices.configs(TopicSettings.BROKER_DEFAULT)).doesNotContainKey(key);
    TopicSettings asked = TopicSettings.DEFAULT.withReplicationFactor(3).withMinInsyncReplicas(3);
    assertThat(TopicSpec.shared(asked).get(1).configs(3)).containsEntry(key, "3");
    assertThatThrownBy(() -> asked.withMinInsyncReplicas(4)).isInstanceOf(BadInputException.class);
    assertThatThrownBy(() -> asked.withMinInsyncReplicas(0)).isInstanceOf(BadInputException.class);
  }

  @Test
  void controlTopicThatForgets_losesRecords() {
    TopicSpec devices = TopicSpec.shared(TopicSettings.DEFAULT).get(1);
    Map<String, String> found = new HashMap<>(devices.configs());
    assertThat(new TopicComparison(devices, found).losses()).isEmpty();
    found.put("cleanup.policy", "compact,delete");
    assertThat(new TopicComparison(devices, found).losses())
        .singleElement()
        .asString()
        .contains("revocations vanish");
  }
}
