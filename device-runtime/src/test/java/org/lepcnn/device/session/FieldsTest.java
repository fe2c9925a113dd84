/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.lepcnn.device.testkit.SessionFixture.await;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.lepcnn.core.field.ResidueField;
import org.lepcnn.core.kernel.ScalarKernels;
import org.lepcnn.core.model.ModelBundle;
import org.lepcnn.core.port.RoundResult;
import org.lepcnn.core.quant.NegativeActivationException;
import org.lepcnn.device.integrity.IntegrityException;
import org.lepcnn.device.integrity.IntegrityException.Kind;
import org.lepcnn.device.pass.PassResult;
import org.lepcnn.device.reference.KernelNetwork;
import org.lepcnn.device.stage.HostTensor;
import org.lepcnn.device.testkit.FakeEdge;
import org.lepcnn.device.testkit.SessionFixture;
import org.lepcnn.device.testkit.SessionModel;

/** Sessions of models whose tensors are in either field, and in both. */
class FieldsTest {
  private static final int PASSES = 20;

  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({"P24,P24", "P24,P31", "P31,P24"})
  void manyPasses_equalThePlainIntegerNetwork(ResidueField x, ResidueField d) {
    try (SessionFixture fixture = fixture(x, d)) {
      List<CompletableFuture<PassResult>> futures = new ArrayList<>();
      for (int seed = 0; seed < PASSES; seed++) {
        futures.add(fixture.session.submit(SessionModel.inputs(seed)));
      }
      for (int seed = 0; seed < PASSES; seed++) {
        PassResult result = await(futures.get(seed));
        PrivateSessionTest.assertSame(result.outputs(), fixture.plain(SessionModel.inputs(seed)));
        assertThat(result.bytesUp()).isEqualTo(90L * x.wireBytes() + 120L * d.wireBytes());
        assertThat(result.bytesDown()).isEqualTo(240L * x.wireBytes() + 7L * d.wireBytes());
      }
      for (FakeEdge.Seen seen : fixture.edge.seen) {
        ResidueField field = seen.tensor() == 0 ? x : d;
        // arrays are used again, and may be longer than a tensor
        assertThat(field.allCanonical(seen.residues(), 0, seen.tensor() == 0 ? 90 : 120)).isTrue();
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"P24,P24", "P24,P31", "P31,P24"})
  void theNetworkOnKernels_equalsThePlainIntegerNetwork(ResidueField x, ResidueField d) {
    try (SessionFixture fixture = fixture(x, d);
        KernelNetwork network = new KernelNetwork(fixture.bundle, new ScalarKernels())) {
      for (int seed = 0; seed < PASSES; seed++) {
        Map<String, HostTensor> inputs = SessionModel.inputs(seed);
        PrivateSessionTest.assertSame(
            network.run(inputs, (layer, input, output) -> {}), fixture.plain(inputs));
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"P24,P24", "P24,P31", "P31,P24"})
  void bundles_areReadAsTheyWereWritten(ResidueField x, ResidueField d) {
    ModelBundle bundle = SessionModel.bundle(11, x, d);
    bundle.write(folder.resolve("bundle"));
    ModelBundle read = ModelBundle.read(folder.resolve("bundle"));
    assertThat(read.fingerprint()).isEqualTo(bundle.fingerprint());
    assertThat(read.device().tensors()).isEqualTo(bundle.device().tensors());
    assertThat(read.plan().tensors()).isEqualTo(bundle.plan().tensors());
    for (int layer = 0; layer < 3; layer++) {
      assertThat(read.device().layers().get(layer).lift())
          .isEqualTo(bundle.device().layers().get(layer).lift());
    }
  }

  /** By one, by the other prime, and by what is no residue in this field but in the other. */
  @ParameterizedTest
  @CsvSource({
    "P24,P24,0,1,CHECK_FAILED",
    "P24,P31,0,-1,CHECK_FAILED",
    "P31,P24,1,1,CHECK_FAILED",
    "P24,P24,1,16777213,NON_CANONICAL",
    "P24,P31,0,16777213,NON_CANONICAL"
  })
  void forgedResults_areRefused(ResidueField x, ResidueField d, int round, int by, Kind kind) {
    try (SessionFixture fixture = fixture(x, d)) {
      fixture.edge.forge =
          (request, result) -> {
            for (RoundResult.Layer layer : result.layers()) {
              if (request.round() == round) {
                int[] y = layer.residues();
                boolean keeps = kind == Kind.NON_CANONICAL;
                y[5] = keeps ? y[5] + by : (round == 0 ? x : d).add(y[5], mod(by, x, d, round));
              }
            }
            return result;
          };
      assertThat(fixture.failure(SessionModel.inputs(2)))
          .isInstanceOfSatisfying(
              IntegrityException.class, e -> assertThat(e.kind()).isEqualTo(kind));
      assertThat(fixture.session.integrityFailures()).isEqualTo(1);
    }
  }

  private static int mod(int by, ResidueField x, ResidueField d, int round) {
    return (round == 0 ? x : d).canonical(by);
  }

  /** The application's own t makes d negative, against what the bundle says of it. */
  @ParameterizedTest
  @CsvSource({"P24,P24", "P31,P24"})
  void aNegativeActivation_whereThereCanBeNone_isTold_andNothingOfItIsSent(
      ResidueField x, ResidueField d) {
    float[] values = new float[90];
    java.util.Arrays.fill(values, 1);
    Map<String, HostTensor> negative = SessionModel.inputs(values, -1, 1);
    try (SessionFixture fixture = fixture(x, d)) {
      assertThat(fixture.failure(negative)).isInstanceOf(NegativeActivationException.class);
      // the round is sent all the same, with masked zeros
      assertThat(fixture.edge.roundsOf(0)).containsExactly(0, 1);
      assertThat(fixture.session.integrityFailures()).isZero();
      PrivateSessionTest.assertSame(
          fixture.run(1).outputs(), fixture.plain(SessionModel.inputs(1)));
    }
  }

  private static SessionFixture fixture(ResidueField x, ResidueField d) {
    return new SessionFixture(SessionModel.bundle(11, x, d), 1, builder -> builder);
  }
}
