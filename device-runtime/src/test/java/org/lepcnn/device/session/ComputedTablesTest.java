/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.core.field.ResidueField;
import org.lepcnn.core.kernel.FunctionKernel;
import org.lepcnn.core.kernel.KernelProvider;
import org.lepcnn.core.kernel.LinearKernel;
import org.lepcnn.core.kernel.ScalarKernels;
import org.lepcnn.core.linear.ConvGeometry;
import org.lepcnn.core.model.ModelBundle;
import org.lepcnn.device.integrity.GroupChallenges;
import org.lepcnn.device.key.CipherSuite;
import org.lepcnn.device.key.GroupKey;
import org.lepcnn.device.key.PassKey;
import org.lepcnn.device.key.SecretKey;
import org.lepcnn.device.key.TestSecrets;
import org.lepcnn.device.reference.ComputedTables;
import org.lepcnn.device.reference.KernelNetwork;
import org.lepcnn.device.reference.SharedKernels;
import org.lepcnn.device.supply.PassTables;
import org.lepcnn.device.supply.ResidueBuffer;
import org.lepcnn.device.testkit.LimitedTables;
import org.lepcnn.device.testkit.SessionModel;

/** Tables that are computed, and what of the weights and factors stays in memory. */
class ComputedTablesTest {
  private final ModelBundle bundle = SessionModel.bundle(11);
  private final CountedKernels kernels = new CountedKernels();

  @Test
  void thereAreTables_forAsManyPassesAsThereAreNumbers() {
    try (ComputedTables tables = new ComputedTables(bundle.edge(), kernels, 2)) {
      assertThat(tables.challengesPerLayer()).isEqualTo(2);
      assertThat(tables.passesLeftFrom(0)).isEqualTo(Long.MAX_VALUE);
      assertThat(tables.passesLeftFrom(7)).isEqualTo(Long.MAX_VALUE - 7);
    }
  }

  @Test
  void challengesOfAGroup_areComputedOnce_thoseOfAnotherAnew() {
    try (ComputedTables tables = new ComputedTables(bundle.edge(), kernels, 2);
        SecretKey zeroKey = SecretKey.random();
        SecretKey oneKey = SecretKey.random();
        GroupKey zero = GroupKey.of(zeroKey, CipherSuite.AES);
        GroupKey one = GroupKey.of(oneKey, CipherSuite.AES)) {
      GroupChallenges first = tables.challenges(0, zero);
      assertThat(vectors(first)).hasSize(2 * 3);
      assertThat(tables.challenges(0, zero)).isSameAs(first);
      GroupChallenges second = tables.challenges(1, one);
      assertThat(vectors(second).get(0)).isNotEqualTo(vectors(first).get(0));
      assertThat(vectors(tables.challenges(0, zero)).get(0)).isEqualTo(vectors(first).get(0));
    }
  }

  @Test
  void closing_releasesThePackedWeights() {
    ComputedTables tables = new ComputedTables(bundle.edge(), kernels, 1);
    assertThat(kernels.open).hasValue(3);
    tables.close();
    assertThat(kernels.open).hasValue(0);
  }

  @Test
  void kernelNetwork_releasesThePackedWeights_alsoWhenALayerCannotBePacked() {
    KernelNetwork network = new KernelNetwork(bundle, kernels);
    assertThat(kernels.open).hasValue(3);
    network.close();
    network.close();
    assertThat(kernels.open).as("each is closed once").hasValue(0);
    kernels.limit = 2;
    assertThatThrownBy(() -> new KernelNetwork(bundle, kernels))
        .isInstanceOf(EnvironmentException.class);
    assertThat(kernels.open).hasValue(0);
  }

  @Test
  void networksOfTheSameWeights_shareTheirKernels_whichTheCallerCloses() {
    try (SharedKernels shared = new SharedKernels(kernels)) {
      for (int i = 0; i < 2; i++) {
        new KernelNetwork(bundle.edge(), bundle.device(), shared).close();
        assertThat(kernels.open).hasValue(3);
      }
    }
    assertThat(kernels.open).hasValue(0);
  }

  /** The arrays that a reader works with hold the factors of a pass. */
  @Test
  void readerOfTablesThatFillArrays_leavesNothingInThem() {
    int[][] filled = new int[1][];
    try (LimitedTables tables = new LimitedTables(bundle, 1);
        SecretKey secret = SecretKey.random();
        PassKey key = PassKey.of(secret, CipherSuite.AES);
        GroupKey groupKey = GroupKey.of(secret, CipherSuite.AES)) {
      GroupChallenges group = tables.challenges(0, groupKey);
      tables.whenRead = out -> filled[0] = out;
      int[] expected = new int[7];
      tables.readLayer(0, key, group, 2, expected);
      ResidueBuffer buffer = new ResidueBuffer(7);
      try (PassTables.PassFactors reader = tables.openPass(0, key, group)) {
        reader.readLayer(2, buffer);
      }
      assertThat(buffer.toArray(7)).isEqualTo(expected);
      assertThat(filled[0]).isNotSameAs(expected).containsOnly(0);
    }
  }

  /** Counts the kernels that are open; fails beyond a limit. */
  private static final class CountedKernels implements KernelProvider {
    final AtomicInteger open = new AtomicInteger();
    int limit = Integer.MAX_VALUE;
    private final ScalarKernels scalar = new ScalarKernels();

    @Override
    public String name() {
      return "counted";
    }

    @Override
    public LinearKernel prepare(ResidueField field, ConvGeometry geometry, byte[] weights) {
      if (open.get() == limit) {
        throw new EnvironmentException("No memory.");
      }
      open.incrementAndGet();
      LinearKernel kernel = scalar.prepare(field, geometry, weights);
      return new FunctionKernel(
          geometry,
          kernel::apply,
          () -> {
            kernel.close();
            open.decrementAndGet();
          });
    }
  }

  private static List<int[]> vectors(GroupChallenges challenges) {
    return challenges.vectors(TestSecrets.ACCESS);
  }
}
