/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.quant;

import org.lepcnn.core.error.BadInputException;

/** An activation is NaN or infinite, so the tensor has no scale. */
public final class NonFiniteActivationException extends BadInputException {
  private static final long serialVersionUID = 1L;

  public NonFiniteActivationException() {
    super(
        "Quantizing an activation tensor: expected finite numbers; found NaN or infinity. Check the input's values and the model.");
  }
}
