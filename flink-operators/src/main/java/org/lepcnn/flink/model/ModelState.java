/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.model;

import org.lepcnn.core.api.PublicApi;
import org.lepcnn.core.port.EdgeErrorCode;
import org.lepcnn.flink.kernel.LoadedModel;
import org.lepcnn.flink.record.Refusal;

/**
 * What became of the search for a model.
 *
 * @param model the model, loaded; its plan stays valid when the model is released
 * @param refusal why it is not there; null when it is
 */
@PublicApi
public record ModelState(LoadedModel model, Refusal refusal) {
  /** Whether the model may be used, but is not loaded. */
  public boolean isComing() {
    return refusal != null && refusal.code() == EdgeErrorCode.NOT_READY;
  }

  static ModelState of(LoadedModel model) {
    return new ModelState(model, null);
  }

  static ModelState missing(EdgeErrorCode code, String detail) {
    return new ModelState(null, new Refusal(code, detail));
  }
}
