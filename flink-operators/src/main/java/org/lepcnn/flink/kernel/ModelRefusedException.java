/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.kernel;

import org.lepcnn.core.error.BadInputException;

/** A model that is whole, and that this edge does not serve as it was started. */
public final class ModelRefusedException extends BadInputException {
  private static final long serialVersionUID = 1L;

  ModelRefusedException(String message) {
    super(message);
  }
}
