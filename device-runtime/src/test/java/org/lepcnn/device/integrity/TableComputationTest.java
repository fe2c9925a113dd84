/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.integrity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.field.Field31;
import org.lepcnn.core.field.ResidueField;
import org.lepcnn.core.kernel.FunctionKernel;
import org.lepcnn.core.kernel.KernelProvider;
import org.lepcnn.core.kernel.LinearKernel;
import org.lepcnn.core.kernel.ScalarKernels;
import org.lepcnn.core.linear.ConvGeometry;
import org.lepcnn.core.model.LinearLayerSpec;
import org.lepcnn.core.model.ModelBundle;
import org.lepcnn.core.model.TestBundles;
import org.lepcnn.device.key.CipherSuite;
import org.lepcnn.device.key.PassKey;
import org.lepcnn.device.key.TestSecrets;
import org.lepcnn.device.mask.MaskGenerator;

class TableComputationTest {
  private final ModelBundle bundle = TestBundles.twoRounds(5);

  @Test
  void factors_areTheLayersAppliedToTheMasks_forEveryPass() {
    List<PassKey> keys = keys(3);
    try (TableComputation computation = new TableComputation(bundle.edge(), new ScalarKernels())) {
      List<List<int[]>> factors = computation.allocate(3);
      computation.compute(computation.challenges(2, TestKeys.group(1)), keys, factors);
      for (int pass = 0; pass < 3; pass++) {
        for (LinearLayerSpec layer : bundle.plan().layers()) {
          assertThat(factors.get(pass).get(layer.index()))
              .isEqualTo(expected(layer, keys.get(pass)));
        }
      }
    }
  }

  @Test
  void oneLayer_isTheSameAsAllTogether() {
    PassKey key = keys(1).get(0);
    try (TableComputation computation = new TableComputation(bundle.edge(), new ScalarKernels())) {
      int[] out = new int[bundle.plan().layer(1).geometry().outputSize()];
      computation.computeLayer(computation.challenges(1, TestKeys.group(1)), key, 1, out);
      assertThat(out).isEqualTo(expected(bundle.plan().layer(1), key));
    }
  }

  @Test
  void faultyKernel_isFoundAndItsLayerNamed() {
    try (TableComputation computation =
        new TableComputation(bundle.edge(), new KernelWrongInLayer(bundle, 1, 1))) {
      GroupChallenges group = computation.challenges(1, TestKeys.group(1));
      assertThatThrownBy(() -> computation.compute(group, keys(2), computation.allocate(2)))
          .isInstanceOf(FaultyKernelException.class)
          .hasMessageContaining("layer 1")
          .hasMessageContaining("wrong by 1");
    }
  }

  @Test
  void kernelThatYieldsNonCanonicalResidues_isFound() {
    try (TableComputation computation =
        new TableComputation(bundle.edge(), new KernelWrongInLayer(bundle, 2, Field31.P))) {
      GroupChallenges group = computation.challenges(1, TestKeys.group(1));
      assertThatThrownBy(() -> computation.compute(group, keys(1), computation.allocate(1)))
          .isInstanceOf(FaultyKernelException.class)
          .hasMessageContaining("layer 2");
    }
  }

  @Test
  void challengesFromTheTable_acceptWhatComputedOnesAccept() {
    GroupChallenges computed = GroupChallenges.compute(bundle.edge(), 2, TestKeys.group(8));
    GroupChallenges read =
        GroupChallenges.of(
            bundle.plan(), 2, TestKeys.group(8), computed.vectors(TestSecrets.ACCESS));
    LinearLayerSpec layer = bundle.plan().layer(0);
    int[] x = new int[90];
    int[] y = new int[120];
    for (int i = 0; i < x.length; i++) {
      x[i] = i;
    }
    try (LinearKernel kernel =
        new ScalarKernels()
            .prepare(ResidueField.P31, layer.geometry(), bundle.edge().weights().get(0))) {
      kernel.apply(x, y);
    }
    assertThat(read.accepts(layer, x, y)).isTrue();
    y[119] = Field31.add(y[119], 1);
    assertThat(read.accepts(layer, x, y)).isFalse();
  }

  @Test
  void verdicts_tellWrongFromNotCanonical() {
    GroupChallenges group = GroupChallenges.compute(bundle.edge(), 1, TestKeys.group(8));
    LinearLayerSpec layer = bundle.plan().layer(0);
    int[] sides = new int[1];
    int[] result = new int[120];
    group.requestSides(layer, new int[90], sides, 0);
    assertThat(group.judge(layer, result, sides, 0)).isEqualTo(GroupChallenges.Verdict.ACCEPTED);
    result[7] = 1;
    assertThat(group.judge(layer, result, sides, 0)).isEqualTo(GroupChallenges.Verdict.WRONG);
    result[7] = Field31.P;
    assertThat(group.judge(layer, result, sides, 0))
        .isEqualTo(GroupChallenges.Verdict.NOT_CANONICAL);
  }

  @Test
  void eachChallengeOfADoubleCheck_mustHold() {
    GroupChallenges right = GroupChallenges.compute(bundle.edge(), 2, TestKeys.group(8));
    LinearLayerSpec layer = bundle.plan().layer(0);
    int[] zeroInput = new int[90];
    int[] zeroOutput = new int[120];
    int[] ones = new int[90];
    ones[3] = 1;
    assertThat(right.accepts(layer, zeroInput, zeroOutput)).isTrue();
    for (int damaged = 0; damaged < 2; damaged++) {
      List<int[]> vectors = new ArrayList<>(right.vectors(TestSecrets.ACCESS));
      vectors.set(damaged, new int[90]);
      GroupChallenges group = GroupChallenges.of(bundle.plan(), 2, TestKeys.group(8), vectors);
      // the damaged challenge takes 0 for W·e₃; the other one does not
      assertThat(group.accepts(layer, ones, zeroOutput)).isFalse();
    }
  }

  @Test
  void vectorsOfAnotherSizeOrNumber_areRefused() {
    GroupChallenges right = GroupChallenges.compute(bundle.edge(), 2, TestKeys.group(8));
    for (int at = 0; at < right.vectors(TestSecrets.ACCESS).size(); at++) {
      List<int[]> vectors = new ArrayList<>(right.vectors(TestSecrets.ACCESS));
      vectors.set(at, new int[vectors.get(at).length + 1]);
      assertThatThrownBy(() -> GroupChallenges.of(bundle.plan(), 2, TestKeys.group(8), vectors))
          .isInstanceOf(BadInputException.class);
    }
    List<int[]> fewer =
        right.vectors(TestSecrets.ACCESS).subList(0, right.vectors(TestSecrets.ACCESS).size() - 1);
    assertThatThrownBy(() -> GroupChallenges.of(bundle.plan(), 2, TestKeys.group(8), fewer))
        .isInstanceOf(BadInputException.class);
  }

  @Test
  void room_isForThatManyPasses() {
    try (TableComputation computation = new TableComputation(bundle.edge(), new ScalarKernels())) {
      assertThat(computation.allocate(3)).hasSize(3);
    }
  }

  /** A mask that stays in memory opens the traffic of its pass. */
  @Test
  void masks_areErasedWhenTheirFactorsAreThere() {
    WatchedKernels kernels = new WatchedKernels(Integer.MAX_VALUE);
    try (TableComputation computation = new TableComputation(bundle.edge(), kernels)) {
      GroupChallenges group = computation.challenges(1, TestKeys.group(1));
      computation.compute(group, keys(2), computation.allocate(2));
      kernels.requireErasedMasks();
      kernels.masks.clear();
      int[] out = new int[bundle.plan().layer(0).geometry().outputSize()];
      computation.computeLayer(group, keys(1).get(0), 0, out);
      kernels.requireErasedMasks();
    }
  }

  @Test
  void kernels_areClosedOnce_alsoWhenALaterLayerCannotBePrepared() {
    WatchedKernels kernels = new WatchedKernels(Integer.MAX_VALUE);
    TableComputation computation = new TableComputation(bundle.edge(), kernels);
    computation.close();
    computation.close();
    assertThat(kernels.closed).isEqualTo(bundle.plan().layers().size());
    WatchedKernels failing = new WatchedKernels(2);
    assertThatThrownBy(() -> new TableComputation(bundle.edge(), failing))
        .hasMessage("no third kernel");
    assertThat(failing.closed).isEqualTo(2);
  }

  @Test
  void vectorsOfAnotherModel_areRefused() {
    assertThatThrownBy(
            () -> GroupChallenges.of(bundle.plan(), 1, TestKeys.group(8), List.of(new int[4])))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("3 layers");
  }

  private int[] expected(LinearLayerSpec layer, PassKey key) {
    int[] mask = new int[bundle.plan().tensor(layer.tensorId()).elements()];
    try (MaskGenerator generator = new MaskGenerator(key, TestSecrets.ACCESS);
        LinearKernel kernel =
            new ScalarKernels()
                .prepare(
                    ResidueField.P31,
                    layer.geometry(),
                    bundle.edge().weights().get(layer.index()))) {
      generator.fill(layer.tensorId(), ResidueField.P31, mask, mask.length);
      int[] factor = new int[layer.geometry().outputSize()];
      kernel.apply(mask, factor);
      return factor;
    }
  }

  private static List<PassKey> keys(int count) {
    List<PassKey> keys = new ArrayList<>();
    keys.add(PassKey.of(TestKeys.of(77), CipherSuite.AES));
    while (keys.size() < count) {
      keys.add(keys.get(keys.size() - 1).next());
    }
    return keys;
  }

  /** Right kernels, as many as there may be; keeps the masks that they were given. */
  private static final class WatchedKernels implements KernelProvider {
    private final int most;
    private final List<int[]> masks = new ArrayList<>();
    private int prepared;
    private int closed;

    WatchedKernels(int most) {
      this.most = most;
    }

    @Override
    public String name() {
      return "watched";
    }

    @Override
    public LinearKernel prepare(ResidueField field, ConvGeometry geometry, byte[] weights) {
      if (prepared++ == most) {
        throw new IllegalStateException("no third kernel");
      }
      LinearKernel right = new ScalarKernels().prepare(field, geometry, weights);
      return new FunctionKernel(
          geometry,
          (count, inputs, outputs) -> {
            masks.addAll(List.of(inputs));
            right.apply(count, inputs, outputs);
          },
          () -> {
            closed++;
            right.close();
          });
    }

    void requireErasedMasks() {
      assertThat(masks).isNotEmpty();
      for (int[] mask : masks) {
        assertThat(mask).containsOnly(0);
      }
    }
  }

  /** Adds a number to one residue of one layer. */
  private record KernelWrongInLayer(ModelBundle bundle, int layer, int error)
      implements KernelProvider {
    @Override
    public String name() {
      return "wrong by " + error;
    }

    @Override
    public LinearKernel prepare(ResidueField field, ConvGeometry geometry, byte[] weights) {
      LinearKernel right = new ScalarKernels().prepare(field, geometry, weights);
      boolean wrong = weights == bundle.edge().weights().get(layer).part(0);
      return new FunctionKernel(
          geometry,
          (count, inputs, outputs) -> {
            right.apply(count, inputs, outputs);
            if (wrong) {
              int[] last = outputs[count - 1];
              last[last.length - 1] =
                  error == Field31.P ? Field31.P : Field31.add(last[last.length - 1], error);
            }
          },
          right::close);
    }
  }
}
