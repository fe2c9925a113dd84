/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.gateway.mqtt;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.lepcnn.gateway.protocol.DoorAnswer;
import org.lepcnn.json.Json;

/**
 * What is published as an answer.
 *
 * @param topic where
 * @param correlation of the request; null when it had none
 * @param answer as over HTTP, but that an error says its status
 */
record Reply(String topic, byte @Nullable [] correlation, DoorAnswer answer) {
  private static final int OK = 200;

  /** The bytes of the answer: {@code {"error":…,"status":…}} for what is none. */
  byte[] payload() {
    if (answer.status() == OK) {
      return answer.body();
    }
    Map<String, Object> members = new LinkedHashMap<>();
    String body = new String(answer.body(), StandardCharsets.UTF_8);
    members.put("error", Json.parse(body).at("error").asText());
    members.put("status", answer.status());
    if (answer.retryAfterSeconds() > 0) {
      members.put("retry_after_seconds", answer.retryAfterSeconds());
    }
    return Json.write(members).getBytes(StandardCharsets.UTF_8);
  }

  /** The same, to say that the answer itself cannot be sent. */
  Reply instead(DoorAnswer other) {
    return new Reply(topic, correlation, other);
  }
}
