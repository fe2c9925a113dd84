/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.gateway;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import java.util.List;
import java.util.Map;
import org.lepcnn.gateway.input.TensorJson;
import org.lepcnn.gateway.picture.RankedClass;
import org.lepcnn.json.Json;

/**
 * What the gateway says to an input or request: outputs, or an error and its message.
 *
 * @param request what was asked
 * @param input which one of its inputs, or null for the whole request
 * @param best the best classes; null where the bundle does not name them
 */
public record Answer(
    @JsonUnwrapped Request request,
    String input,
    Long pass,
    Double millis,
    Map<String, TensorJson> outputs,
    List<RankedClass> best,
    String error,
    String message) {
  /** One line. */
  public String json() {
    return Json.write(this);
  }
}
