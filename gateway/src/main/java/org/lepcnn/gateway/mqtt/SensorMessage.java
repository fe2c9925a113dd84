/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.gateway.mqtt;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A message that came in.
 *
 * @param topic where it was published
 * @param payload not to be changed
 * @param contentType null when the publisher named none
 * @param jsonBytes the user property that says how much of the payload is JSON; null without it
 * @param responseTopic where its answer is to go; null when the publisher named no topic
 * @param correlation what the answer repeats; null when the publisher gave none
 * @param retained whether the broker kept it from an earlier time
 * @param acknowledged whether the broker waits for an acknowledgement
 */
@SuppressWarnings("ArrayRecordComponent") // a carrier, not a value to compare
record SensorMessage(
    String topic,
    byte[] payload,
    @Nullable String contentType,
    @Nullable String jsonBytes,
    @Nullable String responseTopic,
    byte @Nullable [] correlation,
    boolean retained,
    boolean acknowledged) {
  private static final byte[] NONE = new byte[0];

  /** What a message and its redelivery have in common, and hardly another message. */
  ByteBuffer digest() {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      for (byte[] part : List.of(utf8(identity()), payload)) {
        digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(0, part.length));
        digest.update(part);
      }
      return ByteBuffer.wrap(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // every JDK has it
    }
  }

  /** All but the payload, as one text in which no part can look like another. */
  String identity() {
    StringBuilder text = new StringBuilder();
    for (String part : Arrays.asList(topic, contentType, jsonBytes, responseTopic)) {
      text.append(part == null ? "-" : part.length() + ":" + part).append('\n');
    }
    return text.append(HexFormat.of().formatHex(correlation == null ? NONE : correlation))
        .append(correlation == null ? "-" : "")
        .toString();
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** Shows no payload. */
  @Override
  public String toString() {
    return "SensorMessage[" + payload.length + " bytes]";
  }
}
