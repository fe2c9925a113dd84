/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.quant;

/**
 * An activation is negative that, by the operators that make it, cannot be: the importer's proof or
 * ONNX Runtime is at fault, and an answer would be wrong.
 */
public final class NegativeActivationException extends IllegalStateException {
  private static final long serialVersionUID = 1L;

  public NegativeActivationException() {
    super(
        "Quantizing an activation tensor: expected no number below 0, as the import proved; found"
            + " one. Import the model with --field 31, which needs no such proof, and report this"
            + " as a fault.");
  }
}
