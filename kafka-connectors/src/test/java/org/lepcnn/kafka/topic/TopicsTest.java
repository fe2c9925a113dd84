/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.kafka.topic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
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
  void createdTopics_loseNothing() {
    TopicSettings settings = TopicSettings.DEFAULT;
    for (TopicSpec topic : TopicSpec.ofGateway("hall", settings)) {
      assertThat(TopicLosses.of(topic.name(), topic.configs())).isEmpty();
    }
    for (TopicSpec topic : TopicSpec.shared(settings)) {
      assertThat(TopicLosses.of(topic.name(), topic.configs())).isEmpty();
    }
  }

  @Test
  void controlTopicThatForgets_losesRecords() {
    assertThat(TopicLosses.of(Topics.DEVICES, Map.of("cleanup.policy", "compact,delete")))
        .singleElement()
        .asString()
        .contains("revocations vanish");
  }

  @ParameterizedTest
  @CsvSource({
    "retention.ms, 299999, 300000",
    "retention.bytes, 67108863, 67108864",
    "max.message.bytes, 999999, 1000000"
  })
  void limitThatIsTooLow_losesRecords(String key, String low, String least) {
    String topic = Topics.requests("hall");
    assertThat(TopicLosses.of(topic, Map.of(key, least))).isEmpty();
    assertThat(TopicLosses.of(topic, Map.of(key, "-1"))).as("none").isEmpty();
    assertThat(TopicLosses.of(topic, Map.of(key, low)))
        .containsExactly(key + ": expected at least " + least + "; found " + low + ".");
  }

  @ParameterizedTest
  @CsvSource({
    "cleanup.policy, compact, one record of each device",
    "message.timestamp.type, CreateTime, the clock of whoever writes",
    "compression.type, zstd, nobody reads"
  })
  void settingOfRequestsOrResults_losesRecords(String key, String value, String why) {
    for (String topic : List.of(Topics.requests("hall"), Topics.results("hall"), Topics.REJECTED)) {
      assertThat(TopicLosses.of(topic, Map.of(key, value)))
          .singleElement()
          .asString()
          .contains("found " + value)
          .contains(why);
    }
  }
}
