/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class JsonTest {
  @Test
  void membersKeepTheirOrder() {
    Json json =
        Json.object()
            .put("z", 1)
            .put("a", true)
            .put("list", Json.array().add("x").add(2.5).add(Json.object()));

    assertThat(json).hasToString("{\"z\":1,\"a\":true,\"list\":[\"x\",2.5,{}]}");
  }

  @Test
  void quotesControlsAndLoneSurrogatesAreEscaped() {
    assertThat(Json.array().add("a\"b\\c\n\u0001\ud800\ud83d\ude00"))
        .hasToString("[\"a\\\"b\\\\c\\u000a\\u0001\\ud800\ud83d\ude00\"]");
  }

  @Test
  void nonFiniteNumbersAndNullBecomeNull() {
    assertThat(Json.array().add(Double.NaN).add(Double.NEGATIVE_INFINITY).add((String) null))
        .hasToString("[null,null,null]");
  }

  @Test
  void aMemberCannotBePutTwice() {
    assertThatThrownBy(() -> Json.object().put("a", 1).put("a", 2))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("a");
  }
}
