/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.field.ResidueField;
import org.lepcnn.core.linear.ConvGeometry;
import org.lepcnn.core.linear.LayerWeights;
import org.lepcnn.core.model.DeviceHalf;
import org.lepcnn.core.model.EdgeHalf;
import org.lepcnn.core.model.LinearLayerSpec;
import org.lepcnn.core.model.MaskedTensorSpec;
import org.lepcnn.core.model.ModelBundle;
import org.lepcnn.core.model.Plan;
import org.lepcnn.core.quant.NonFiniteActivationException;
import org.lepcnn.device.pass.PassResult;
import org.lepcnn.device.stage.HostTensor;
import org.lepcnn.device.testkit.SessionFixture;
import org.lepcnn.device.testkit.TinyOnnx;

/** x [n,4] → a product → p [n,2]; y = the element of p that the input i [n,1] names. */
class RowPassesTest {
  private static final int BATCH = 3;

  private static ModelBundle bundle(int n) {
    Plan plan =
        new Plan(
            List.of(new MaskedTensorSpec(0, 0, 4 * n, ResidueField.P31)),
            List.of(new LinearLayerSpec(0, 0, ConvGeometry.fullyConnected(n, 4, 2))));
    byte[] gather =
        TinyOnnx.model(
            List.of(
                new TinyOnnx.Node(
                    "GatherElements", List.of("p", "i"), List.of("y"), Map.of("axis", 1L))),
            List.of(
                new TinyOnnx.Value("p", new long[] {n, 2}),
                new TinyOnnx.Value("i", HostTensor.INT64, n, 1)),
            List.of(new TinyOnnx.Value("y", new long[] {n, 1})));
    DeviceHalf device =
        new DeviceHalf(
            "rows",
            List.of(
                new DeviceHalf.ValueSpec("x", HostTensor.FLOAT, new long[] {n, 4}),
                new DeviceHalf.ValueSpec("i", HostTensor.INT64, new long[] {n, 1})),
            List.of(new DeviceHalf.ValueSpec("y", HostTensor.FLOAT, new long[] {n, 1})),
            plan,
            List.of(new DeviceHalf.TensorBinding("x", 16)),
            List.of(
                new DeviceHalf.LayerBinding(
                    "fc",
                    "Gemm",
                    "p",
                    new long[] {n, 2},
                    new float[] {0.5f, 0.25f},
                    new float[] {1, 2})),
            List.of(
                new DeviceHalf.Stage(new byte[0], List.of(), List.of()),
                new DeviceHalf.Stage(gather, List.of("p", "i"), List.of("y"))),
            List.of(),
            n);
    byte[] weights = {1, 2, 3, 4, -5, 6, -7, 8};
    return ModelBundle.of(new EdgeHalf(plan, List.of(LayerWeights.of(weights))), device);
  }

  private static Map<String, HostTensor> input(float magnitude, long index) {
    float[] x = {0.3f * magnitude, -0.7f * magnitude, 0.11f * magnitude, magnitude};
    return Map.of("x", HostTensor.of(x, 1, 4), "i", HostTensor.of(new long[] {index}, 1, 1));
  }

  private static SessionFixture fixture() {
    return new SessionFixture(bundle(BATCH), 1, builder -> builder);
  }

  private static long passOf(CompletableFuture<PassResult> answer) {
    return SessionFixture.await(answer).pass();
  }

  private static void assertIsWhatAlone(
      CompletableFuture<PassResult> answer, Map<String, HostTensor> input) {
    HostTensor found = SessionFixture.await(answer).outputs().get("y");
    try (SessionFixture alone = new SessionFixture(bundle(1), 1, builder -> builder)) {
      assertThat(found.sameBits(alone.plain(input).get("y"))).isTrue();
      assertThat(found.sameBits(alone.run(input).outputs().get("y"))).isTrue();
    }
  }

  @Test
  void everyRow_isWhatItIsAlone_howeverLoudTheOthers() {
    List<Map<String, HostTensor>> inputs =
        List.of(input(1e-6f, 0), input(1e6f, 1), input(1, 0), input(0, 1), input(3, 1));
    try (SessionFixture fixture = fixture()) {
      List<CompletableFuture<PassResult>> answers = new ArrayList<>();
      try (RowPasses rows = RowPasses.of(fixture.session)) {
        inputs.forEach(input -> answers.add(rows.submit(input)));
      }
      for (int i = 0; i < inputs.size(); i++) {
        assertIsWhatAlone(answers.get(i), inputs.get(i));
      }
      // which of the two passes is begun first is open
      long full = passOf(answers.get(0));
      assertThat(answers)
          .extracting(RowPassesTest::passOf)
          .containsExactly(full, full, full, 1 - full, 1 - full);
    }
  }

  @Test
  void aRowThatIsRefusedOrHoldsNoNumber_isAnsweredSo_andTheOthersAreNot() {
    try (SessionFixture fixture = fixture();
        RowPasses rows = RowPasses.of(fixture.session)) {
      CompletableFuture<PassResult> noNumber = rows.submit(input(Float.NaN, 0));
      CompletableFuture<PassResult> misnamed = rows.submit(Map.of("z", input(1, 0).get("x")));
      CompletableFuture<PassResult> good = rows.submit(input(2, 1));
      assertThat(SessionFixture.failure(noNumber)).isInstanceOf(NonFiniteActivationException.class);
      assertThat(SessionFixture.failure(misnamed)).isInstanceOf(BadInputException.class);
      assertIsWhatAlone(good, input(2, 1));
      assertThat(passOf(good)).isZero();
    }
  }

  @Test
  void whenAStageFails_everyRowRunsAlone_andOneIsAnsweredWithTheFailure() {
    try (SessionFixture fixture = fixture();
        RowPasses rows = RowPasses.of(fixture.session)) {
      CompletableFuture<PassResult> first = rows.submit(input(1, 0));
      CompletableFuture<PassResult> outside = rows.submit(input(1, 2));
      CompletableFuture<PassResult> last = rows.submit(input(5, 1));
      assertThat(SessionFixture.failure(outside)).isInstanceOf(BadInputException.class);
      assertIsWhatAlone(first, input(1, 0));
      assertIsWhatAlone(last, input(5, 1));
      assertThat(List.of(passOf(first), passOf(last))).doesNotHaveDuplicates().doesNotContain(0L);
    }
  }

  @Test
  void aPassThatIsNotFull_beginsAfterTheWait() {
    try (SessionFixture fixture = fixture();
        RowPasses rows = RowPasses.of(fixture.session, Duration.ofMillis(1))) {
      assertIsWhatAlone(rows.submit(input(1, 1)), input(1, 1));
      assertIsWhatAlone(rows.submit(input(4, 0)), input(4, 0));
    }
  }

  @Test
  void withoutABatch_everyInputIsAPass() {
    try (SessionFixture fixture = new SessionFixture(bundle(1), 1, builder -> builder);
        RowPasses rows = RowPasses.of(fixture.session, Duration.ofDays(1))) {
      assertIsWhatAlone(rows.submit(input(1, 1)), input(1, 1));
      assertThat(SessionFixture.failure(rows.submitRefused(new BadInputException("no"))))
          .hasMessage("no");
    }
  }
}
