/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.pass;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.lepcnn.core.field.ResidueField;
import org.lepcnn.core.model.DeviceHalf;
import org.lepcnn.core.model.ModelBundle;
import org.lepcnn.device.key.CipherSuite;
import org.lepcnn.device.key.PassKey;
import org.lepcnn.device.key.SecretKey;
import org.lepcnn.device.testkit.SessionModel;
import org.lepcnn.device.testkit.TinyOnnx;

class PassWarmUpTest {
  private static final long[] HIDDEN = {1, 4, 6, 5};

  @Test
  void aWarmUp_leavesTheBuffersOfAPass_andUsesNothingUp() {
    try (OwnParts own =
        new OwnParts(undivided(ResidueField.P31), Executors.newSingleThreadExecutor())) {
      assertThat(new PassWarmUp(own.rounds).run()).as("passes to their end").isGreaterThan(1);
      assertThat(own.log).isEmpty();
      assertThat(own.supply.nextPass()).isZero();
      assertThat(own.supply.outcomes).isEmpty();
      assertThat(own.tables.groupsRead).isEmpty();
      assertUsed(own.pool.takeAtLeast(1), 90);
      assertUsed(own.pool.takeAtLeast(91), 120);
      try (SecretKey secret = SecretKey.random();
          PassKey key = PassKey.of(secret, CipherSuite.AES)) {
        PassWorkspace workspace = own.workspaces.take(key);
        assertThat(workspace.takeBuffer(1).capacity()).isEqualTo(120);
        assertThat(workspace.takeBuffer(1).capacity()).isEqualTo(120);
        assertThat(workspace.takeBuffer(1).capacity()).as("a new one").isEqualTo(1);
      }
      assertThat(own.tensorsOfUse(HIDDEN)).as("a, b and d").isEqualTo(3);
    }
  }

  @Test
  void aModelOfBothFields_isWarmedUpToItsEnd() {
    try (OwnParts own =
        new OwnParts(undivided(ResidueField.P24), Executors.newSingleThreadExecutor())) {
      assertThat(new PassWarmUp(own.rounds).run()).isGreaterThan(1);
    }
  }

  @Test
  void aModelThatRefusesZeros_isWarmedUpAsFarAsItGoes() {
    try (OwnParts own = new OwnParts()) {
      assertThat(new PassWarmUp(own.rounds).run()).isZero();
      assertUsed(own.pool.takeAtLeast(1), 90);
      assertThat(own.log).isEmpty();
    }
  }

  @Test
  void aWarmUp_warmsTablesAndTransportToo() {
    try (OwnParts own =
        new OwnParts(undivided(ResidueField.P31), Executors.newSingleThreadExecutor())) {
      own.context.warmUp();
      assertUsed(own.pool.takeAtLeast(1), 90);
      assertThat(own.tables.warmUps).hasValue(1);
      assertThat(own.edge.warmUps).hasValue(1);
    }
  }

  private static void assertUsed(int[] array, int length) {
    assertThat(array).hasSize(length);
    assertThat(Arrays.stream(array).anyMatch(value -> value != 0)).isTrue();
  }

  /** The model whose second tensor is finite when all inputs are zeros. */
  private static ModelBundle undivided(ResidueField second) {
    ModelBundle bundle = SessionModel.bundle(11, ResidueField.P31, second);
    DeviceHalf half = bundle.device();
    byte[] relu =
        TinyOnnx.model(
            List.of(TinyOnnx.Node.of("Add", "sum", "a", "b"), TinyOnnx.Node.of("Relu", "d", "sum")),
            List.of(new TinyOnnx.Value("a", HIDDEN), new TinyOnnx.Value("b", HIDDEN)),
            List.of(new TinyOnnx.Value("d", HIDDEN)));
    List<DeviceHalf.Stage> stages = new ArrayList<>(half.stages());
    stages.set(1, new DeviceHalf.Stage(relu, List.of("a", "b"), List.of("d")));
    return ModelBundle.of(
        bundle.edge(),
        new DeviceHalf(
            half.modelName(),
            half.inputs(),
            half.outputs(),
            half.plan(),
            half.tensors(),
            half.layers(),
            stages,
            List.of()));
  }
}
