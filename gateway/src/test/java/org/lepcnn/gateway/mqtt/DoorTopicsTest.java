/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.gateway.mqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.lepcnn.gateway.protocol.RefusedRequestException;

class DoorTopicsTest {
  private final DoorTopics topics = new DoorTopics("site/cnn", "home");

  @Test
  void topics_nameSessionsAndTheGateway() {
    assertThat(topics.infer("hall")).isEqualTo("site/cnn/hall/infer");
    assertThat(topics.answers("hall")).isEqualTo("site/cnn/hall/answers");
    assertThat(topics.state()).isEqualTo("site/cnn/gateway/home/state");
    assertThat(topics.session("site/cnn/hall/infer")).isEqualTo("hall");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "site/cnn/infer", "site/cnn//infer", "site/cnn/hall/answers", "x/hall/infer"})
  void anotherTopic_namesNoSession(String topic) {
    assertThat(topics.session(topic)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "#",
        "a/+/b",
        "a/#",
        "$SYS/x",
        "$share/g/a",
        "a\u0000b",
        "a\nb",
        "site/cnn/hall/infer",
        "other/attic/infer",
        "site/cnn/gateway/home/state",
        "site/cnn/gateway/other/state"
      })
  void anAnswer_doesNotGoWhereItWouldBeARequestOrAFilterOrAState(String topic) {
    assertThatThrownBy(() -> topics.checkResponse(topic))
        .isInstanceOf(RefusedRequestException.class)
        .hasMessageContaining("Response topic");
  }

  @Test
  void aTopicThatIsTooLong_isRefused() {
    assertThatCode(() -> topics.checkResponse("a".repeat(1_024))).doesNotThrowAnyException();
    assertThatThrownBy(() -> topics.checkResponse("a".repeat(1_025)))
        .isInstanceOf(RefusedRequestException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"sensors/17/answers", "site/cnn/hall/answers", "a$b", "inferred"})
  void anyOtherTopic_isTaken(String topic) {
    assertThatCode(() -> topics.checkResponse(topic)).doesNotThrowAnyException();
  }
}
