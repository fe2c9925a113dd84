/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.lepcnn.core.field.Field;
import org.lepcnn.core.kernel.ScalarKernels;
import org.lepcnn.core.model.ModelBundle;
import org.lepcnn.core.quant.NonFiniteActivationException;

class PrivateCheckTest {
  private final ModelBundle bundle = SessionModel.bundle(21);

  @Test
  void rightEdge_isExactAndIntact_forEveryInput() {
    try (PrivateCheck check = PrivateCheck.open(bundle, new ScalarKernels())) {
      for (int seed = 0; seed < 70; seed++) {
        CheckOutcome outcome = check.run(SessionModel.inputs(seed));
        assertThat(outcome.exact()).isTrue();
        assertThat(outcome.integrityOk()).isTrue();
        assertThat(outcome.pass().pass()).isEqualTo(seed);
        assertThat(outcome.outputs().get("z").floats()).hasSize(7);
      }
    }
  }

  @Test
  void allZeroInput_isExactToo() {
    try (PrivateCheck check = PrivateCheck.open(bundle, new ScalarKernels())) {
      assertThat(check.run(SessionModel.inputs(new float[90], 1, 1)).exact()).isTrue();
    }
  }

  @Test
  void wrongEdge_isTold() {
    FakeEdge edge = new FakeEdge(bundle.edge(), new CopyOnWriteArrayList<>());
    edge.forge =
        (request, result) -> {
          int[] residues = result.layers().get(0).residues();
          residues[1] = Field.add(residues[1], 1);
          return result;
        };
    try (PrivateCheck check = PrivateCheck.open(bundle, new ScalarKernels(), edge)) {
      CheckOutcome outcome = check.run(SessionModel.inputs(1));
      assertThat(outcome.integrityOk()).isFalse();
      assertThat(outcome.exact()).isFalse();
      assertThat(outcome.pass()).isNull();
      assertThat(outcome.outputs()).containsKey("z");
    }
  }

  @Test
  void inputThatCannotBeQuantized_isThrown() {
    float[] x = new float[90];
    x[0] = Float.POSITIVE_INFINITY;
    try (PrivateCheck check = PrivateCheck.open(bundle, new ScalarKernels())) {
      assertThatThrownBy(() -> check.run(SessionModel.inputs(x, 1, 1)))
          .isInstanceOf(NonFiniteActivationException.class);
    }
  }
}
