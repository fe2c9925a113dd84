/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.gateway.http;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.lepcnn.json.Json;

/**
 * What the door says to a request.
 *
 * @param status of HTTP
 * @param contentType of the body
 * @param jsonBytes how much of the body is JSON, where tensors in binary form follow it; else
 *     {@link #ALL}
 * @param retryAfterSeconds when the same request may be answered otherwise; 0 when nobody knows
 * @param body not to be changed
 */
@SuppressWarnings("ArrayRecordComponent") // a carrier, not a value to compare
record HttpAnswer(
    int status, String contentType, int jsonBytes, int retryAfterSeconds, byte[] body) {
  /** The whole body is of its content type. */
  static final int ALL = -1;

  /** The header that says where the JSON of a body ends. */
  static final String JSON_LENGTH = "Inference-Header-Content-Length";

  private static final String JSON = "application/json";
  private static final String BINARY = "application/octet-stream";
  private static final int OK = 200;

  /** A value as JSON. */
  static HttpAnswer json(int status, Object value) {
    return new HttpAnswer(status, JSON, ALL, 0, Json.write(value).getBytes(StandardCharsets.UTF_8));
  }

  /** A refusal or failure, in the protocol's form. */
  static HttpAnswer error(int status, int retryAfterSeconds, String message) {
    byte[] body = Json.write(Map.of("error", message)).getBytes(StandardCharsets.UTF_8);
    return new HttpAnswer(status, JSON, ALL, retryAfterSeconds, body);
  }

  /** The JSON of a pass's outputs. */
  static HttpAnswer ofPass(byte[] json) {
    return new HttpAnswer(OK, JSON, ALL, 0, json);
  }

  /** The JSON of a pass's outputs with tensors behind it. */
  static HttpAnswer ofPass(byte[] body, int jsonBytes) {
    return new HttpAnswer(OK, BINARY, jsonBytes, 0, body);
  }

  /** A text. */
  static HttpAnswer text(String contentType, byte[] body) {
    return new HttpAnswer(OK, contentType, ALL, 0, body);
  }

  /** Sends it; completes the callback. */
  void send(Response response, Callback callback) {
    response.setStatus(status);
    HttpFields.Mutable headers = response.getHeaders();
    headers.put(HttpHeader.CONTENT_TYPE, contentType);
    headers.put(HttpHeader.CONTENT_LENGTH, body.length);
    headers.put(HttpHeader.CACHE_CONTROL, "no-store");
    headers.put("X-Content-Type-Options", "nosniff");
    if (jsonBytes != ALL) {
      headers.put(JSON_LENGTH, jsonBytes);
    }
    if (retryAfterSeconds > 0) {
      headers.put(HttpHeader.RETRY_AFTER, retryAfterSeconds);
    }
    response.write(true, ByteBuffer.wrap(body), callback);
  }
}
