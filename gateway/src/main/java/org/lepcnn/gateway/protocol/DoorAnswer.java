/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.gateway.protocol;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.lepcnn.json.Json;

/**
 * What a door says to a request.
 *
 * @param status of HTTP
 * @param contentType of the body
 * @param jsonBytes how much of the body is JSON, where tensors in binary form follow it; else
 *     {@link #ALL}
 * @param retryAfterSeconds when the same request may be answered otherwise; 0 when nobody knows
 * @param body not to be changed
 */
@SuppressWarnings("ArrayRecordComponent") // a carrier, not a value to compare
public record DoorAnswer(
    int status, String contentType, int jsonBytes, int retryAfterSeconds, byte[] body) {
  /** The whole body is of its content type. */
  public static final int ALL = -1;

  /** The header that says where the JSON of a body ends. */
  public static final String JSON_LENGTH = "Inference-Header-Content-Length";

  private static final String JSON = "application/json";
  private static final String BINARY = "application/octet-stream";
  private static final int OK = 200;

  /** A value as JSON. */
  public static DoorAnswer json(int status, Object value) {
    return new DoorAnswer(status, JSON, ALL, 0, Json.write(value).getBytes(StandardCharsets.UTF_8));
  }

  /** A refusal or failure, in the protocol's form. */
  public static DoorAnswer error(int status, int retryAfterSeconds, String message) {
    byte[] body = Json.write(Map.of("error", message)).getBytes(StandardCharsets.UTF_8);
    return new DoorAnswer(status, JSON, ALL, retryAfterSeconds, body);
  }

  /** The JSON of a pass's outputs. */
  public static DoorAnswer ofPass(byte[] json) {
    return new DoorAnswer(OK, JSON, ALL, 0, json);
  }

  /** The JSON of a pass's outputs with tensors behind it. */
  public static DoorAnswer ofPass(byte[] body, int jsonBytes) {
    return new DoorAnswer(OK, BINARY, jsonBytes, 0, body);
  }

  /** A text. */
  public static DoorAnswer text(String contentType, byte[] body) {
    return new DoorAnswer(OK, contentType, ALL, 0, body);
  }
}
