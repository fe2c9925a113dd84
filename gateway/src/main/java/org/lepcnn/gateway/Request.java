/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.gateway;

import org.lepcnn.core.error.LepcnnException;
import org.lepcnn.core.model.Naming;
import org.lepcnn.core.text.Printable;
import org.lepcnn.device.pass.PassResult;
import org.lepcnn.gateway.input.TensorJson;
import org.lepcnn.gateway.picture.RankedClass;

/**
 * What somebody asked, as every answer to it repeats it. Members that are not known are null.
 *
 * @param id the asker's own
 * @param session the session that serves it, or what was given for one
 * @param device that session's device
 * @param path the file
 */
public record Request(String id, String session, String device, String path) {
  private static final double NANOS_PER_MILLI = 1e6;

  /** The same request, served by a session. */
  Request of(GatewaySession served) {
    return new Request(id, served.name(), served.device(), path);
  }

  /**
   * The answer to one input.
   *
   * @param naming of the model's classes; null where the bundle does not name them
   */
  Answer answer(String input, PassResult result, Naming naming) {
    return new Answer(
        this,
        input,
        result.pass(),
        result.timings().totalNanos() / NANOS_PER_MILLI,
        TensorJson.of(result.outputs()),
        naming == null ? null : RankedClass.of(result.outputs(), naming),
        null,
        null);
  }

  /**
   * A failure without what the application must not see of it: its kind and its message.
   *
   * @param input which one, or null for the whole request
   */
  Answer failed(String input, Throwable failure) {
    Throwable cause = failure;
    while (!(cause instanceof LepcnnException) && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return new Answer(
        this,
        input,
        null,
        null,
        null,
        null,
        cause.getClass().getSimpleName(),
        Printable.reason(cause));
  }
}
