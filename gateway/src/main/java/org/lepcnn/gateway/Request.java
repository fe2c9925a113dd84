/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.gateway;

import org.lepcnn.core.error.LepcnnException;
import org.lepcnn.core.io.Json;
import org.lepcnn.core.text.Printable;
import org.lepcnn.device.pass.PassResult;
import org.lepcnn.gateway.input.TensorJson;

/**
 * What somebody asked, as every answer to it repeats it. Members that are not known are null.
 *
 * @param id the asker's own
 * @param session the session that serves it, or what was given for one
 * @param device that session's device
 * @param path the file
 */
record Request(String id, String session, String device, String path) {
  private static final double NANOS_PER_MILLI = 1e6;

  /** The same request, served by a session. */
  Request of(GatewaySession served) {
    return new Request(id, served.name(), served.device(), path);
  }

  /** The answer to one input. */
  Json answer(String input, PassResult result) {
    return head(input)
        .put("pass", result.pass())
        .put("millis", result.timings().totalNanos() / NANOS_PER_MILLI)
        .put("outputs", TensorJson.of(result.outputs()));
  }

  /**
   * A failure without what the application must not see of it: its kind and its message.
   *
   * @param input which one, or null for the whole request
   */
  Json failed(String input, Throwable failure) {
    Throwable cause = failure;
    while (!(cause instanceof LepcnnException) && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return head(input)
        .put("error", cause.getClass().getSimpleName())
        .put("message", Printable.reason(cause));
  }

  private Json.JsonObject head(String input) {
    Json.JsonObject head = Json.object();
    put(head, "id", id);
    put(head, "session", session);
    put(head, "device", device);
    put(head, "path", path);
    put(head, "input", input);
    return head;
  }

  private static void put(Json.JsonObject head, String name, String value) {
    if (value != null) {
      head.put(name, value);
    }
  }
}
