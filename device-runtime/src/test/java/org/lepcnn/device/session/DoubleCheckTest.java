/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.function.BiFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.lepcnn.core.field.Field31;
import org.lepcnn.core.field.ResidueField;
import org.lepcnn.core.linear.ConvGeometry;
import org.lepcnn.core.port.RoundRequest;
import org.lepcnn.core.port.RoundResult;
import org.lepcnn.device.integrity.IntegrityException;
import org.lepcnn.device.integrity.TestChallenges;
import org.lepcnn.device.key.GroupKey;
import org.lepcnn.device.testkit.SessionFixture;
import org.lepcnn.device.testkit.SessionModel;

/** Each challenge of the double check is made of every result, on the session's own path. */
class DoubleCheckTest {
  @ParameterizedTest(name = "made with challenge {0} known")
  @ValueSource(ints = {0, 1})
  void forgeryThatOneChallengeAccepts_isRefusedByTheOther(int known) {
    try (SessionFixture fixture = new SessionFixture(2, builder -> builder)) {
      fixture.edge.forge = forgery(fixture, known);
      assertThat(fixture.failure(SessionModel.inputs(1)))
          .isInstanceOfSatisfying(
              IntegrityException.class,
              e -> assertThat(e.kind()).isEqualTo(IntegrityException.Kind.CHECK_FAILED));
      assertThat(fixture.session.integrityFailures()).isEqualTo(1);
      assertThat(fixture.supply.outcomes).containsEntry(0L, "burned");
    }
  }

  /** The forgery is as good as it can be: whoever knows the only challenge is not found. */
  @Test
  void sameForgery_passesTheSingleCheck() {
    try (SessionFixture fixture = new SessionFixture()) {
      fixture.edge.forge = forgery(fixture, 0);
      fixture.run(1);
      assertThat(fixture.session.integrityFailures()).isZero();
    }
  }

  /** Two residues of one position, changed so that one challenge's sum stays as it was. */
  private static BiFunction<RoundRequest, RoundResult, RoundResult> forgery(
      SessionFixture fixture, int known) {
    ConvGeometry geometry = fixture.bundle.plan().layer(0).geometry();
    TestChallenges challenge;
    try (GroupKey groupKey = fixture.supply.groupKey(0)) {
      challenge = TestChallenges.draw(groupKey, 0, known, ResidueField.P31, geometry);
    }
    int[] a = challenge.a();
    return (request, result) -> {
      if (request.round() == 0) {
        int[] residues = result.layers().get(0).residues();
        int other = geometry.planeSize();
        residues[0] = Field31.add(residues[0], a[1]);
        residues[other] = Field31.subtract(residues[other], a[0]);
      }
      return result;
    };
  }
}
