/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.gateway.http;

import java.nio.ByteBuffer;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.lepcnn.gateway.protocol.DoorAnswer;

/** Sends answers as responses of HTTP. */
final class Responses {
  /** What a browser may do with a page of the door: load its own files and ask the door. */
  private static final String POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:;"
          + " base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

  private Responses() {}

  /** Sends an answer; completes the callback. */
  static void send(DoorAnswer answer, Response response, Callback callback) {
    response.setStatus(answer.status());
    HttpFields.Mutable headers = response.getHeaders();
    headers.put(HttpHeader.CONTENT_TYPE, answer.contentType());
    headers.put(HttpHeader.CONTENT_LENGTH, answer.body().length);
    headers.put(HttpHeader.CACHE_CONTROL, "no-store");
    headers.put("X-Content-Type-Options", "nosniff");
    headers.put("Content-Security-Policy", POLICY);
    headers.put("Cross-Origin-Resource-Policy", "same-origin");
    headers.put("Referrer-Policy", "no-referrer");
    if (answer.jsonBytes() != DoorAnswer.ALL) {
      headers.put(DoorAnswer.JSON_LENGTH, answer.jsonBytes());
    }
    if (answer.retryAfterSeconds() > 0) {
      headers.put(HttpHeader.RETRY_AFTER, answer.retryAfterSeconds());
    }
    response.write(true, ByteBuffer.wrap(answer.body()), callback);
  }
}
