/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.pass;

import java.util.List;
import org.lepcnn.core.field.ResidueField;
import org.lepcnn.core.model.LinearLayerSpec;
import org.lepcnn.core.port.PassId;
import org.lepcnn.core.port.RoundRequest;
import org.lepcnn.core.port.RoundResult;
import org.lepcnn.device.integrity.IntegrityException;
import org.lepcnn.device.integrity.IntegrityException.Kind;

/** Refuses results that do not even look like the answer to the request, and says why. */
final class ResultValidator {
  private ResultValidator() {}

  /**
   * Looks at ids and sizes; that residues are canonical is for {@link #requireCanonical} or the
   * check.
   *
   * @throws IntegrityException for another id or a wrong number of residues
   */
  static void validate(RoundRequest request, RoundResult result) {
    int round = request.round();
    List<LinearLayerSpec> expected = request.plan().layersOfRound(round);
    if (result == null
        || !request.pass().equals(result.pass())
        || result.round() != round
        || result.layers().size() != expected.size()) {
      throw refused(
          Kind.WRONG_ID,
          request.pass(),
          ("expected the result of round %s with %s layers; found "
                  + "another pass, round or number of layers")
              .formatted(round, expected.size()));
    }
    for (int i = 0; i < expected.size(); i++) {
      validate(request.pass(), expected.get(i), result.layers().get(i));
    }
  }

  /**
   * @throws IntegrityException for a residue outside [0, p)
   */
  static void requireCanonical(
      PassId pass, ResidueField field, LinearLayerSpec layer, int[] residues) {
    if (!field.allCanonical(residues, 0, layer.geometry().outputSize())) {
      throw notCanonical(pass, layer);
    }
  }

  /** The exception for a layer with values outside [0, p). */
  static IntegrityException notCanonical(PassId pass, LinearLayerSpec layer) {
    return refused(
        Kind.NON_CANONICAL,
        pass,
        "expected residues in [0, p) of layer " + layer.index() + "; found others");
  }

  /** The exception for a layer whose residues are wrong. */
  static IntegrityException checkFailed(PassId pass, LinearLayerSpec layer) {
    return refused(
        Kind.CHECK_FAILED,
        pass,
        "the result of layer " + layer.index() + " is not the layer applied to what was sent");
  }

  private static void validate(PassId pass, LinearLayerSpec layer, RoundResult.Layer found) {
    if (found.index() != layer.index()) {
      throw refused(
          Kind.WRONG_ID,
          pass,
          "expected layer " + layer.index() + "; found layer " + found.index());
    }
    int size = layer.geometry().outputSize();
    int[] residues = found.residues();
    if (residues == null || residues.length != size) {
      throw refused(
          Kind.WRONG_SHAPE,
          pass,
          "expected %s residues of layer %s; found %s"
              .formatted(size, layer.index(), residues == null ? 0 : residues.length));
    }
  }

  private static IntegrityException refused(Kind kind, PassId pass, String what) {
    return new IntegrityException(
        kind,
        "pass %s of chain %s: %s. The pass is burned; submit the input again."
            .formatted(pass.pass(), pass.chain(), what));
  }
}
