/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.command;

import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.field.ResidueField;
import picocli.CommandLine.Option;

/** The smallest field that the tensors of an imported model may be in. */
public final class FieldOption {
  @Option(
      names = "--field",
      paramLabel = "24|31",
      defaultValue = "31",
      description =
          "Bits of the smallest field that a tensor may be in. 24: tensors that need no more are in"
              + " it, with three bytes a number instead of four, and the others in 31"
              + " bits; 31: all are, with finer activations. Default: ${DEFAULT-VALUE}.")
  private int bits;

  /**
   * The field that was asked for.
   *
   * @throws BadInputException where no field has so many bits
   */
  public ResidueField field() {
    ResidueField asked = ResidueField.ofBits(bits);
    if (asked == null) {
      throw BadInputException.about("Reading the option --field").expected("24 or 31").found(bits);
    }
    return asked;
  }
}
