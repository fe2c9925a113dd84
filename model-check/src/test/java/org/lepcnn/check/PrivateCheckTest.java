/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.core.field.Field31;
import org.lepcnn.core.kernel.KernelProvider;
import org.lepcnn.core.kernel.ScalarKernels;
import org.lepcnn.core.kernel.choice.Kernels;
import org.lepcnn.core.linear.LayerWeights;
import org.lepcnn.core.model.DeviceHalf;
import org.lepcnn.core.model.EdgeHalf;
import org.lepcnn.core.model.ModelBundle;
import org.lepcnn.core.model.Plan;
import org.lepcnn.core.port.EdgeTransport;
import org.lepcnn.core.port.ForwardingEdgeTransport;
import org.lepcnn.core.port.InProcessEdge;
import org.lepcnn.core.quant.NonFiniteActivationException;
import org.lepcnn.device.reference.KernelNetwork;
import org.lepcnn.device.reference.LayerObserver;
import org.lepcnn.device.stage.HostTensor;
import org.lepcnn.device.testkit.FakeEdge;
import org.lepcnn.device.testkit.SessionFixture;
import org.lepcnn.device.testkit.SessionModel;
import org.lepcnn.device.testkit.TinyOnnx;

class PrivateCheckTest {
  private final ModelBundle bundle = SessionModel.bundle(21);

  @Test
  void rightEdge_isExactAndIntact_forEveryInput() {
    try (PrivateCheck check = PrivateCheck.open(bundle, new ScalarKernels())) {
      for (int seed = 0; seed < 70; seed++) {
        CheckedInput checked = check.run(SessionModel.inputs(seed));
        assertThat(checked.exact()).isTrue();
        assertThat(checked.integrityOk()).isTrue();
        assertThat(checked.pass().pass()).isEqualTo(seed);
        assertThat(checked.outputs().get("z").floats()).hasSize(7);
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
  void weightsOfTwoParts_areExact_whateverTheRangeOfTheActivations() {
    ModelBundle parted = SessionModel.partedBundle(22);
    assertThat(parted.edge().weights()).allMatch(weights -> weights.parts() == 2);
    for (KernelProvider provider : List.of(new ScalarKernels(), Kernels.choose(null))) {
      try (PrivateCheck check = PrivateCheck.open(parted, provider)) {
        for (int seed = 0; seed < 5; seed++) {
          assertExact(check.run(SessionModel.inputs(seed)));
        }
        for (float[] x : extremeInputs()) {
          assertExact(check.run(SessionModel.inputs(x, 1, 1)));
        }
      }
    }
  }

  /** Zeros, constants, raw bytes into thousands, one spike, the smallest and largest numbers. */
  private static List<float[]> extremeInputs() {
    float[] raw = new float[90];
    float[] spike = new float[90];
    float[] tiny = new float[90];
    float[] huge = new float[90];
    float[] constant = new float[90];
    for (int i = 0; i < raw.length; i++) {
      raw[i] = i * 100f;
      spike[i] = i == 45 ? -9999f : 0.001f;
      tiny[i] = Float.MIN_VALUE * i;
      huge[i] = i % 2 == 0 ? 1e30f : -1e30f;
      constant[i] = -255f;
    }
    return List.of(new float[90], constant, raw, spike, tiny, huge);
  }

  private static void assertExact(CheckedInput checked) {
    assertThat(checked.exact()).isTrue();
    assertThat(checked.integrityOk()).isTrue();
  }

  @Test
  void oneLowPartChanged_isFoundByTheIntegrityCheck() {
    ModelBundle parted = SessionModel.partedBundle(23);
    List<LayerWeights> weights = new ArrayList<>(parted.edge().weights());
    byte[] low = weights.get(0).part(1).clone();
    low[7] = (byte) (low[7] == 0 ? 1 : 0);
    weights.set(0, LayerWeights.of(weights.get(0).part(0), low));
    EdgeHalf forged = new EdgeHalf(parted.plan(), weights);
    ScalarKernels scalar = new ScalarKernels();
    try (PrivateCheck check =
        PrivateCheck.open(parted, scalar, new InProcessEdge(forged, scalar))) {
      assertThat(check.run(SessionModel.inputs(1)).integrityOk()).isFalse();
    }
  }

  @Test
  void observer_seesEveryLayersInputAndOutput_andKernelsGiveTheSame() {
    ModelBundle parted = SessionModel.partedBundle(24);
    Map<Integer, float[]> inputs = new HashMap<>();
    Map<Integer, float[]> outputs = new HashMap<>();
    try (PrivateCheck check = PrivateCheck.open(parted, new ScalarKernels());
        KernelNetwork network = new KernelNetwork(parted, new ScalarKernels())) {
      CheckedInput checked =
          check.run(
              SessionModel.inputs(3),
              (layer, input, output) -> {
                inputs.put(layer, input.clone());
                outputs.put(layer, output.clone());
              });
      assertThat(outputs).containsOnlyKeys(0, 1, 2);
      outputs.forEach(
          (layer, output) ->
              assertThat(network.runLayer(layer, inputs.get(layer))).isEqualTo(output));
      Map<String, HostTensor> result =
          network.run(SessionModel.inputs(3), (layer, input, output) -> {});
      checked
          .outputs()
          .forEach((name, value) -> assertThat(value.sameBits(result.get(name))).isTrue());
    }
  }

  @Test
  void wrongEdge_isTold() {
    FakeEdge edge = new FakeEdge(bundle.edge(), new CopyOnWriteArrayList<>());
    edge.forge =
        (request, result) -> {
          int[] residues = result.layers().get(0).residues();
          residues[1] = Field31.add(residues[1], 1);
          return result;
        };
    try (PrivateCheck check = PrivateCheck.open(bundle, new ScalarKernels(), edge)) {
      CheckedInput checked = check.run(SessionModel.inputs(1));
      assertThat(checked.integrityOk()).isFalse();
      assertThat(checked.exact()).isFalse();
      assertThat(checked.pass()).isNull();
      assertThat(checked.outputs()).containsKey("z");
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

  /** Whoever sees the plain network's values could change them: the outputs are compared. */
  @Test
  void anOutputThatDiffers_isNotExact() {
    try (PrivateCheck check = PrivateCheck.open(bundle, new ScalarKernels())) {
      CheckedInput checked =
          check.run(
              SessionModel.inputs(1), (layer, input, output) -> output[0] += layer == 2 ? 1 : 0);
      assertThat(checked.integrityOk()).isTrue();
      assertThat(checked.exact()).isFalse();
    }
  }

  @Test
  void aLayerThatDiffers_isNotExact_evenWhenNoOutputDoes() {
    float[] right = new float[7];
    try (PrivateCheck check = PrivateCheck.open(bundle, new ScalarKernels())) {
      LayerObserver remember =
          (layer, input, output) -> {
            if (layer == 2) {
              System.arraycopy(output, 0, right, 0, 7);
            }
          };
      assertThat(check.run(SessionModel.inputs(1), remember).exact()).isTrue();
      LayerObserver change =
          (layer, input, output) -> {
            if (layer == 0) {
              output[0] += 100;
            } else if (layer == 2) {
              System.arraycopy(right, 0, output, 0, 7);
            }
          };
      CheckedInput checked = check.run(SessionModel.inputs(1), change);
      assertThat(checked.integrityOk()).isTrue();
      assertThat(checked.exact()).isFalse();
    }
  }

  @Test
  void anEdgeThatBreaks_isAnError_notAnOutcome() {
    FakeEdge edge = new FakeEdge(bundle.edge(), new CopyOnWriteArrayList<>());
    edge.forge =
        (request, result) -> {
          throw new AssertionError("broken");
        };
    try (PrivateCheck check = PrivateCheck.open(bundle, new ScalarKernels(), edge)) {
      assertThatThrownBy(() -> check.run(SessionModel.inputs(1)))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("Running a pass")
          .hasRootCauseMessage("broken");
    }
  }

  @Test
  void modelWithoutOffloadedLayers_runsWithoutEdgePassOrClaim() {
    long[] four = {1, 4};
    byte[] relu =
        TinyOnnx.model(
            List.of(TinyOnnx.Node.of("Relu", "y", "x")),
            List.of(new TinyOnnx.Value("x", four)),
            List.of(new TinyOnnx.Value("y", four)));
    DeviceHalf half =
        new DeviceHalf(
            "local",
            List.of(new DeviceHalf.ValueSpec("x", HostTensor.FLOAT, four)),
            List.of(new DeviceHalf.ValueSpec("y", HostTensor.FLOAT, four)),
            new Plan(List.of(), List.of()),
            List.of(),
            List.of(),
            List.of(new DeviceHalf.Stage(relu, List.of("x"), List.of("y"))),
            List.of());
    ModelBundle local = ModelBundle.of(new EdgeHalf(half.plan(), List.of()), half);
    try (PrivateCheck check = PrivateCheck.open(local, new ScalarKernels())) {
      CheckedInput checked =
          check.run(Map.of("x", HostTensor.of(new float[] {-1, 2, -3, 4}, four)));
      assertThat(checked.exact()).isTrue();
      assertThat(checked.pass().pass()).isEqualTo(-1);
      assertThat(checked.outputs().get("y").floats()).containsExactly(0, 2, 0, 4);
    }
  }

  @Test
  void anInterruptedCheck_saysSo_andTheThreadStaysInterrupted() {
    CountDownLatch held = new CountDownLatch(1);
    FakeEdge edge = new FakeEdge(bundle.edge(), new CopyOnWriteArrayList<>());
    edge.forge =
        (request, result) -> {
          SessionFixture.awaitLatch(held);
          return result;
        };
    try (PrivateCheck check = PrivateCheck.open(bundle, new ScalarKernels(), edge)) {
      Thread.currentThread().interrupt();
      assertThatThrownBy(() -> check.run(SessionModel.inputs(1)))
          .isInstanceOf(EnvironmentException.class)
          .hasMessageContaining("interrupted");
      assertThat(Thread.interrupted()).isTrue();
      held.countDown();
    }
  }

  @Test
  void closing_endsTheSession_andTheEdgeThatWasTakenOver() {
    List<String> closed = new ArrayList<>();
    InProcessEdge right = new InProcessEdge(bundle.edge(), new ScalarKernels());
    EdgeTransport edge =
        new ForwardingEdgeTransport(right) {
          @Override
          public void close() {
            closed.add("edge");
            super.close();
          }
        };
    PrivateCheck check = PrivateCheck.open(bundle, new ScalarKernels(), edge);
    check.close();
    assertThat(closed).containsExactly("edge");
    assertThatThrownBy(() -> check.run(SessionModel.inputs(1)))
        .isInstanceOf(EnvironmentException.class)
        .hasMessageContaining("closed");
  }
}
