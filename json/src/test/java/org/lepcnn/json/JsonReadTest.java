/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonReadTest {
  @Test
  void objectsArraysTextsAndNumbers_areRead() {
    Json json =
        Json.parse(
            """
            {"jobs": [{"id":"a\\"b\\u0041\\n","n":-12.5e1, "x":null}, {"id":"c","n":0,"t":true}],
             "empty": {}, "none": [] , "big": 9007199254740991 }
            """);
    assertThat(json.at("jobs").items()).hasSize(2);
    assertThat(json.at("jobs").items().get(0).at("id").asText()).isEqualTo("a\"bA\n");
    assertThat(json.at("jobs").items().get(0).at("n").asLong()).isEqualTo(-125);
    assertThat(json.at("none").items()).isEmpty();
    assertThat(json.at("big").asLong()).isEqualTo(9007199254740991L);
  }

  @Test
  void whatIsNotThere_isNamed() {
    Json json = Json.parse("{\"a\": 1}");
    assertThatThrownBy(() -> json.at("b")).hasMessageContaining("no member b in [a]");
    assertThatThrownBy(() -> json.at("a").asText()).hasMessageContaining("expected a string");
    assertThatThrownBy(() -> json.at("a").at("c")).hasMessageContaining("expected an object");
  }

  @Test
  void membersAreNamed_andNestingIsBounded() {
    assertThat(Json.parse("{\"b\": 1, \"a\": null}").names()).containsExactly("b", "a");
    assertThat(Json.parse("{\"a\": null}").has("a")).isTrue();
    assertThat(Json.parse("[1]").has("a")).isFalse();
    assertThat(Json.parse("[".repeat(64) + "]".repeat(64))).isNotNull();
    assertThatThrownBy(() -> Json.parse("[".repeat(1_000_000)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aNumberBeyondEveryDouble_isNoNumber() {
    Json json = Json.parse("{\"a\": 1e999}");
    assertThatThrownBy(() -> json.at("a").asDouble()).hasMessageContaining("expected a number");
    assertThatThrownBy(() -> json.at("a").asLong()).hasMessageContaining("expected a number");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{",
        "[1,",
        "{\"a\"}",
        "{\"a\":1",
        "\"",
        "\"\\",
        "\"\\u00",
        "nul",
        "[1] 2",
        "[1]]",
        "+5",
        "01",
        "1.",
        ".5",
        "NaN",
        "'a'",
        "[1,]",
        "{\"a\":1,}",
        "{\"a\":1,\"a\":2}",
        "{a:1}",
        "\"\n\"",
        "// no\n1",
        "-"
      })
  void whatIsNotJson_isRefused(String text) {
    assertThatThrownBy(() -> Json.parse(text)).isInstanceOf(IllegalArgumentException.class);
  }
}
