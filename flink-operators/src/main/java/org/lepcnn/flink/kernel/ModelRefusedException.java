/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.kernel;

import org.jspecify.annotations.Nullable;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.error.Mismatch;

/** A model that is whole, and that this edge does not serve as it was started. */
public final class ModelRefusedException extends BadInputException {
  private static final long serialVersionUID = 1L;

  private ModelRefusedException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  /** One whose message says what was expected and what was found. */
  static Mismatch<ModelRefusedException> about(String subject) {
    return Mismatch.about(subject, ModelRefusedException::new);
  }
}
