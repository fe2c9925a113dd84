/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.model;

import org.jspecify.annotations.Nullable;
import org.lepcnn.core.api.PublicApi;
import org.lepcnn.core.port.EdgeErrorCode;
import org.lepcnn.flink.kernel.LoadedModel;
import org.lepcnn.flink.record.Refusal;

/**
 * What became of the search for a model.
 *
 * @param model the model, loaded; null when it is not there. Its plan stays valid when the model is
 *     released
 * @param refusal why it is not there; null when it is
 */
@PublicApi
public record ModelState(@Nullable LoadedModel model, @Nullable Refusal refusal) {
  /** Whether the model may be used, but is not loaded. */
  public boolean isComing() {
    return refusal != null && refusal.code() == EdgeErrorCode.NOT_READY;
  }

  /** The model, which must be there. */
  public LoadedModel require() {
    if (model == null) {
      throw new IllegalStateException("Expected a model; found that it is refused: " + refusal);
    }
    return model;
  }

  static ModelState of(LoadedModel model) {
    return new ModelState(model, null);
  }

  static ModelState missing(EdgeErrorCode code, String detail) {
    return new ModelState(null, new Refusal(code, detail));
  }
}
