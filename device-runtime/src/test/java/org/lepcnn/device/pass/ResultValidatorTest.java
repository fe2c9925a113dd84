/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.pass;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.Test;
import org.lepcnn.core.field.ResidueField;
import org.lepcnn.core.model.LinearLayerSpec;
import org.lepcnn.core.model.ModelBundle;
import org.lepcnn.core.port.ChainId;
import org.lepcnn.core.port.InstanceId;
import org.lepcnn.core.port.PassId;
import org.lepcnn.core.port.RoundRequest;
import org.lepcnn.core.port.RoundResult;
import org.lepcnn.device.integrity.IntegrityException;
import org.lepcnn.device.integrity.IntegrityException.Kind;
import org.lepcnn.device.testkit.SessionModel;

class ResultValidatorTest {
  private static final ModelBundle BUNDLE = SessionModel.bundle(11);
  private static final PassId PASS =
      new PassId("meter-1", new ChainId(1, 2), BUNDLE.fingerprint(), 3);
  private static final LinearLayerSpec PRODUCT = BUNDLE.plan().layer(2);

  @Test
  void whatLooksLikeTheAnswer_isAccepted() {
    assertThatCode(() -> ResultValidator.validate(request(1), result(1, layer(2, 7))))
        .doesNotThrowAnyException();
    assertThatCode(
            () -> ResultValidator.validate(request(0), result(0, layer(0, 120), layer(1, 120))))
        .doesNotThrowAnyException();
  }

  @Test
  void noResultAtAll_isRefused() {
    assertRefused(Kind.WRONG_ID, 1, null).hasMessageContaining("round 1 with 1 layers");
  }

  @Test
  void theRoundsNumberAlone_isReasonEnough() {
    assertRefused(Kind.WRONG_ID, 1, result(0, layer(2, 7)))
        .hasMessageContainingAll(
            "pass 3 of chain", "found another pass, round or number of layers");
  }

  @Test
  void aLayerTooMany_isRefused() {
    assertRefused(Kind.WRONG_ID, 1, result(1, layer(2, 7), layer(2, 7)));
  }

  @Test
  void anotherLayer_isNamed() {
    assertRefused(Kind.WRONG_ID, 1, result(1, layer(1, 7)))
        .hasMessageContaining("expected layer 2; found layer 1");
  }

  @Test
  void everyLayerIsLookedAt_theLastAsWell() {
    assertRefused(Kind.WRONG_SHAPE, 0, result(0, layer(0, 120), layer(1, 119)))
        .hasMessageContaining("expected 120 residues of layer 1; found 119");
  }

  @Test
  void aLayerWithoutResidues_isRefused_asIfItHadNone() {
    RoundResult.Layer none = new RoundResult.Layer(2, null);
    assertRefused(Kind.WRONG_SHAPE, 1, result(1, none))
        .hasMessageContaining("expected 7 residues of layer 2; found 0");
  }

  @Test
  void residuesOutsideTheField_areRefused_theLastAsWell() {
    for (ResidueField field : ResidueField.values()) {
      residuesOutside(field);
    }
  }

  private static void residuesOutside(ResidueField field) {
    int[] residues = {0, 1, 2, 3, 4, 5, field.modulus() - 1};
    assertThatCode(() -> ResultValidator.requireCanonical(PASS, field, PRODUCT, residues))
        .doesNotThrowAnyException();
    for (int bad : new int[] {field.modulus(), -1}) {
      residues[6] = bad;
      assertThatThrownBy(() -> ResultValidator.requireCanonical(PASS, field, PRODUCT, residues))
          .isInstanceOfSatisfying(
              IntegrityException.class, e -> assertThat(e.kind()).isEqualTo(Kind.NON_CANONICAL))
          .hasMessageContaining("layer 2");
    }
  }

  private static AbstractThrowableAssert<?, ? extends Throwable> assertRefused(
      Kind kind, int round, RoundResult result) {
    return assertThatThrownBy(() -> ResultValidator.validate(request(round), result))
        .isInstanceOfSatisfying(
            IntegrityException.class, e -> assertThat(e.kind()).isEqualTo(kind));
  }

  private static RoundRequest request(int round) {
    return new RoundRequest(PASS, round, new InstanceId(4, 5), BUNDLE.plan(), List.of());
  }

  private static RoundResult result(int round, RoundResult.Layer... layers) {
    return new RoundResult(PASS, round, List.of(layers));
  }

  private static RoundResult.Layer layer(int index, int size) {
    return new RoundResult.Layer(index, new int[size]);
  }
}
