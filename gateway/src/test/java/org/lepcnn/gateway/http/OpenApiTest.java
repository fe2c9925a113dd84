/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.lepcnn.gateway.protocol.Datatype;

/** The description and the door say the same. */
class OpenApiTest {
  private static final Pattern PATH_OR_METHOD =
      Pattern.compile("(?m)^ {2}(/\\S*):$|^ {4}(get|post|put|delete):$");

  private final String description = new String(DoorHandler.description(), StandardCharsets.UTF_8);

  @Test
  void everyRoute_isDescribed_andNoOther() {
    Map<String, String> described = new TreeMap<>();
    String path = "";
    Matcher line = PATH_OR_METHOD.matcher(description);
    while (line.find()) {
      if (line.group(1) != null) {
        path = line.group(1);
      } else {
        assertThat(described.put(path, line.group(2).toUpperCase(Locale.ROOT))).isNull();
      }
    }
    Map<String, String> routes = new TreeMap<>();
    for (Route.Call call : Route.Call.values()) {
      call.templates().forEach(template -> routes.put(template, call.method()));
    }
    assertThat(described).isEqualTo(routes);
  }

  @Test
  void everyDatatype_isDescribed() {
    assertThat(description).contains("enum: " + Arrays.toString(Datatype.values()));
  }
}
