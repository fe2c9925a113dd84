/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.lepcnn.core.model.Fingerprint;
import org.lepcnn.core.port.ChainId;

class JsonWriteTest {
  private enum Kind {
    SOME
  }

  record Inner(String name, List<Integer> shape) {
    public boolean isNothingToWrite() {
      return true;
    }

    @JsonProperty
    int size() {
      return shape.size();
    }
  }

  private record Outer(
      long z, boolean a, Kind kind, String unknown, Double score, @JsonUnwrapped Inner inner)
      implements Result {
    @Override
    public String text() {
      return "outer";
    }
  }

  @Test
  void components_keepTheirOrder_andUnknownOnesAreLeftOut() {
    Outer outer = new Outer(1, true, Kind.SOME, null, Double.NaN, new Inner("x", List.of(1, 3)));
    assertThat(outer.json())
        .isEqualTo(
            "{\"z\":1,\"a\":true,\"kind\":\"SOME\",\"score\":null,\"name\":\"x\",\"shape\":[1,3],\"size\":2}");
  }

  @Test
  void quotesControlsAndLoneSurrogatesAreEscaped() {
    String hostile = "a\"b\\c\n\u0001\u007f\u202e\ud800\ud83d\ude00/é\udb40\udc01";
    String escaped =
        "\"a\\\"b\\\\c\\u000a\\u0001\\u007f\\u202e\\ud800\ud83d\ude00/é\\udb40\\udc01\"";
    assertThat(Json.write(List.of(hostile))).isEqualTo("[" + escaped + "]");
    assertThat(Json.write(Map.of(hostile, 1))).isEqualTo("{" + escaped + ":1}");
    assertThat(Json.parse(Json.write(List.of(hostile))).items().get(0).asText()).isEqualTo(hostile);
  }

  @Test
  void nonFiniteNumbersAndNullsOfLists_becomeNull() {
    assertThat(Json.write(Arrays.asList(Double.NaN, Double.NEGATIVE_INFINITY, null)))
        .isEqualTo("[null,null,null]");
    assertThat(Json.write(new double[] {1, Double.POSITIVE_INFINITY, 1e-7, 0.1f}))
        .isEqualTo("[1.0,null,1.0E-7,0.10000000149011612]");
  }

  @Test
  void pathsAndIds_areText() {
    Map<String, Object> values = new TreeMap<>();
    values.put("chain", new ChainId(1, 2));
    values.put("model", Fingerprint.parse("ab".repeat(32)));
    values.put("path", Path.of("a/b c"));
    assertThat(Json.write(values))
        .isEqualTo(
            "{\"chain\":\"00000000000000010000000000000002\",\"model\":\""
                + "ab".repeat(32)
                + "\",\"path\":\"a/b c\"}");
  }

  @Test
  void aMemberCannotBeThereTwice() {
    record Twice(@JsonUnwrapped Inner inner, @JsonProperty("name") String again) {}
    assertThatThrownBy(() -> Json.write(new Twice(new Inner("x", List.of()), "y")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("name");
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, -0.0, 1, 100, 1e7, 1.5e300, 4.9e-324, 0.001, 9007199254740992.0})
  void numbers_areJavas(double number) {
    assertThat(Json.write(number)).isEqualTo(Double.toString(number));
  }
}
