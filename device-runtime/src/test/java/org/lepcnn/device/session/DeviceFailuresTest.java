/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.lepcnn.device.testkit.SessionFixture.await;
import static org.lepcnn.device.testkit.SessionFixture.failure;
import static org.lepcnn.device.testkit.SessionFixture.until;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.field.Field31;
import org.lepcnn.core.field.ResidueField;
import org.lepcnn.core.io.CorruptFileException;
import org.lepcnn.core.model.DeviceHalf;
import org.lepcnn.core.model.EdgeHalf;
import org.lepcnn.core.model.ModelBundle;
import org.lepcnn.core.model.Plan;
import org.lepcnn.core.quant.NonFiniteActivationException;
import org.lepcnn.device.integrity.IntegrityException;
import org.lepcnn.device.key.PassKey;
import org.lepcnn.device.key.TestSecrets;
import org.lepcnn.device.mask.MaskGenerator;
import org.lepcnn.device.pass.PassResult;
import org.lepcnn.device.stage.HostTensor;
import org.lepcnn.device.testkit.LimitedTables;
import org.lepcnn.device.testkit.RecordingSupply;
import org.lepcnn.device.testkit.SessionFixture;
import org.lepcnn.device.testkit.SessionModel;
import org.lepcnn.device.testkit.TinyOnnx;

class DeviceFailuresTest {
  /** What an application may submit that gives no answer. */
  static Stream<Arguments> failingInputs() {
    float[] nan = new float[90];
    nan[89] = Float.NaN;
    float[] infinite = new float[90];
    infinite[0] = Float.NEGATIVE_INFINITY;
    Map<String, HostTensor> missing = SessionModel.inputs(1);
    missing.remove("u");
    Map<String, HostTensor> misshapen = SessionModel.inputs(1);
    misshapen.put("u", HostTensor.of(new float[7], 7));
    Map<String, HostTensor> ofAnotherType = SessionModel.inputs(1);
    ofAnotherType.put("u", HostTensor.of(new int[7], 1, 7));
    Map<String, HostTensor> surplus = SessionModel.inputs(1);
    surplus.put("v", HostTensor.of(new float[7], 7));
    Class<?> notFinite = NonFiniteActivationException.class;
    return Stream.of(
        Arguments.of("NaN", SessionModel.inputs(nan, 1, 1), notFinite),
        Arguments.of("infinity", SessionModel.inputs(infinite, 1, 1), notFinite),
        Arguments.of("infinity midway", infinityAfterRound0(), notFinite),
        Arguments.of("an input missing", missing, BadInputException.class),
        Arguments.of("another shape", misshapen, BadInputException.class),
        Arguments.of("another type", ofAnotherType, BadInputException.class),
        Arguments.of("an input too many", surplus, BadInputException.class),
        Arguments.of("refused by the application", null, BadInputException.class));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("failingInputs")
  void whatLeaves_isThatOfAnyInput(
      String name, Map<String, HostTensor> bad, Class<? extends Throwable> failure) {
    try (SessionFixture fixture = new SessionFixture(b -> b.passesInFlight(1));
        SessionFixture other = new SessionFixture(b -> b.passesInFlight(1))) {
      fixture.run(1);
      assertThat(failure(submit(fixture, bad))).isInstanceOf(failure);
      fixture.run(3);
      for (int seed = 1; seed <= 3; seed++) {
        other.run(seed);
      }
      assertThat(fixture.log).isEqualTo(other.log).contains("send 1/0", "send 1/1", "send 2/0");
      assertThat(shapes(fixture)).isEqualTo(shapes(other));
      assertThat(fixture.supply.outcomes)
          .isEqualTo(Map.of(0L, "finished", 1L, "finished", 2L, "finished"));
      assertThat(fixture.session.integrityFailures()).isZero();
    }
  }

  /** The application's next step comes when it comes with any other input. */
  @ParameterizedTest(name = "{0}")
  @MethodSource("failingInputs")
  void aFailure_isTold_whenThePassHasEnded(
      String name, Map<String, HostTensor> bad, Class<? extends Throwable> failure) {
    CountDownLatch lastRound = new CountDownLatch(1);
    try (SessionFixture fixture = new SessionFixture()) {
      fixture.edge.forge =
          (request, result) -> {
            if (request.round() == 1) {
              SessionFixture.awaitLatch(lastRound);
            }
            return result;
          };
      CompletableFuture<PassResult> future = submit(fixture, bad);
      until(() -> fixture.edge.seen.size() == 2 || future.isDone());
      assertThat(future).isNotDone();
      assertThat(fixture.supply.outcomes).containsEntry(0L, "in flight");
      lastRound.countDown();
      assertThat(failure(future)).isInstanceOf(failure);
      assertThat(fixture.supply.outcomes).containsEntry(0L, "finished");
    }
  }

  @Test
  void anInputThatFails_isReplacedByZeros_underItsOwnMasks() {
    List<Integer> computed = new CopyOnWriteArrayList<>();
    try (SessionFixture fixture =
        new SessionFixture(b -> b.unsafeResultObserver((pass, layer, y) -> computed.add(layer)))) {
      float[] x = new float[90];
      x[89] = Float.NaN;
      fixture.failure(SessionModel.inputs(x, 1, 1));
      assertThat(fixture.edge.seen.get(0).residues()).isEqualTo(mask(fixture, 0, 0, 90));
      // the device goes on computing, as with any input
      assertThat(computed).contains(0, 1);
    }
  }

  @Test
  void infinityMidway_isReplacedByMaskedZeros() {
    try (SessionFixture fixture = new SessionFixture()) {
      fixture.failure(infinityAfterRound0());
      assertThat(fixture.edge.seen.get(0).residues()).isNotEqualTo(mask(fixture, 0, 0, 90));
      assertThat(fixture.edge.seen.get(1).residues()).isEqualTo(mask(fixture, 0, 1, 120));
      PassResult later = fixture.run(4);
      PrivateSessionTest.assertSame(later.outputs(), fixture.plain(SessionModel.inputs(4)));
    }
  }

  @Test
  void aFirstStageThatFails_runsOnZerosInstead() {
    try (SessionFixture fixture = new SessionFixture(gathering(), 1, b -> b)) {
      assertThat(fixture.failure(gathered(1))).isInstanceOf(BadInputException.class);
      assertThat(fixture.edge.roundsOf(0)).containsExactly(0, 1);
      assertThat(fixture.supply.outcomes).containsEntry(0L, "finished");
      PassResult later = fixture.run(gathered(0));
      assertThat(later.pass()).isEqualTo(1);
      PrivateSessionTest.assertSame(later.outputs(), fixture.plain(gathered(0)));
    }
  }

  @Test
  void aRefusedInput_ofAModelWithoutRounds_failsAtOnce() {
    ModelBundle local = localModel();
    try (SessionFixture fixture = new SessionFixture(local, 1, b -> b)) {
      assertThat(failure(submit(fixture, null))).isInstanceOf(BadInputException.class);
      assertThat(fixture.log).isEmpty();
    }
  }

  @Test
  void forgedResultOfARoundOfZeros_isCountedAllTheSame() {
    try (SessionFixture fixture = new SessionFixture()) {
      fixture.edge.forge =
          (request, result) -> {
            if (request.round() == 1) {
              int[] residues = result.layers().get(0).residues();
              residues[0] = Field31.add(residues[0], 1);
            }
            return result;
          };
      // as with any input: whether the edge or the data failed first must not show either
      assertThat(fixture.failure(infinityAfterRound0())).isInstanceOf(IntegrityException.class);
      until(() -> "burned".equals(fixture.supply.outcomes.get(0L)));
      assertThat(fixture.session.integrityFailures()).isEqualTo(1);
    }
  }

  @Test
  void unreadableTable_isTold_afterThePassWentOnWithMaskedZeros() {
    List<String> log = new ArrayList<>();
    try (SessionFixture fixture = new SessionFixture()) {
      LimitedTables tables = new LimitedTables(fixture.bundle, 100);
      RecordingSupply supply = new RecordingSupply(fixture.bundle, log);
      tables.unreadableLayer = 1;
      try (PrivateSession session = PrivateSession.builder(supply, tables, fixture.edge).open()) {
        assertThat(failure(session.submit(SessionModel.inputs(1))))
            .isInstanceOf(CorruptFileException.class);
        until(() -> "finished".equals(supply.outcomes.get(0L)));
        assertThat(fixture.edge.roundsOf(0)).containsExactly(0, 1);
        tables.unreadableLayer = -1;
        await(session.submit(SessionModel.inputs(1)));
        until(() -> tables.discardedBefore == 2);
      }
    }
  }

  @Test
  void unreadableChallenges_areFound_beforeAnythingIsSent() {
    try (SessionFixture fixture = new SessionFixture()) {
      LimitedTables tables = new LimitedTables(fixture.bundle, 100);
      tables.unreadableGroup = 0;
      RecordingSupply supply = new RecordingSupply(fixture.bundle, new ArrayList<>());
      try (PrivateSession session = PrivateSession.builder(supply, tables, fixture.edge).open()) {
        assertThat(failure(session.submit(SessionModel.inputs(1))))
            .isInstanceOf(CorruptFileException.class);
        assertThat(fixture.edge.seen).isEmpty();
        assertThat(supply.outcomes).containsEntry(0L, "burned");
      }
    }
  }

  @Test
  void infiniteOutputOfTheLastStage_isAnAnswerLikeAnyOther() {
    try (SessionFixture fixture = new SessionFixture()) {
      // y / 0 is infinite, of which the softmax makes NaN; it is not quantized any more
      PassResult result = fixture.run(SessionModel.inputs(new float[90], 1, 0));
      assertThat(result.outputs().get("z").floats()).contains(Float.NaN);
      assertThat(fixture.supply.outcomes).containsEntry(0L, "finished");
    }
  }

  private static CompletableFuture<PassResult> submit(
      SessionFixture fixture, Map<String, HostTensor> inputs) {
    return inputs == null
        ? fixture.session.submitRefused(new BadInputException("No picture."))
        : fixture.session.submit(inputs);
  }

  private static List<String> shapes(SessionFixture fixture) {
    return fixture.edge.seen.stream()
        .map(s -> s.pass() + "/" + s.round() + " " + s.tensor() + " " + s.residues().length)
        .toList();
  }

  /** The model behind a stage that fails for another index than 0. */
  private static ModelBundle gathering() {
    ModelBundle bundle = SessionModel.bundle(11);
    DeviceHalf half = bundle.device();
    long[] shape = half.inputs().get(0).shape();
    List<DeviceHalf.ValueSpec> inputs = new ArrayList<>(half.inputs());
    inputs.add(new DeviceHalf.ValueSpec("i", HostTensor.INT64, new long[] {1}));
    byte[] gather =
        TinyOnnx.model(
            List.of(TinyOnnx.Node.of("Gather", "g", "x", "i")),
            List.of(new TinyOnnx.Value("x", shape), new TinyOnnx.Value("i", HostTensor.INT64, 1L)),
            List.of(new TinyOnnx.Value("g", shape)));
    List<DeviceHalf.Stage> stages = new ArrayList<>(half.stages());
    stages.set(0, new DeviceHalf.Stage(gather, List.of("x", "i"), List.of("g")));
    List<DeviceHalf.TensorBinding> tensors = new ArrayList<>(half.tensors());
    tensors.set(0, new DeviceHalf.TensorBinding("g", tensors.get(0).bits()));
    return ModelBundle.of(
        bundle.edge(),
        new DeviceHalf(
            half.modelName(),
            inputs,
            half.outputs(),
            half.plan(),
            tensors,
            half.layers(),
            stages,
            List.of()));
  }

  private static Map<String, HostTensor> gathered(long index) {
    Map<String, HostTensor> inputs = SessionModel.inputs(5);
    inputs.put("i", HostTensor.of(new long[] {index}, 1));
    return inputs;
  }

  /** y = Relu(x), all of it on the device. */
  private static ModelBundle localModel() {
    Plan none = new Plan(List.of(), List.of());
    byte[] relu =
        TinyOnnx.model(
            List.of(TinyOnnx.Node.of("Relu", "y", "x")),
            List.of(new TinyOnnx.Value("x", 1, 3)),
            List.of(new TinyOnnx.Value("y", 1, 3)));
    long[] shape = {1, 3};
    return ModelBundle.of(
        new EdgeHalf(none, List.of()),
        new DeviceHalf(
            "local",
            List.of(new DeviceHalf.ValueSpec("x", HostTensor.FLOAT, shape)),
            List.of(new DeviceHalf.ValueSpec("y", HostTensor.FLOAT, shape)),
            none,
            List.of(),
            List.of(),
            List.of(new DeviceHalf.Stage(relu, List.of("x"), List.of("y"))),
            List.of()));
  }

  private static Map<String, HostTensor> infinityAfterRound0() {
    float[] x = new float[90];
    for (int i = 0; i < x.length; i++) {
      x[i] = i % 7;
    }
    return SessionModel.inputs(x, 0, 1);
  }

  private static int[] mask(SessionFixture fixture, long pass, int tensor, int elements) {
    int[] mask = new int[elements];
    try (PassKey key = fixture.supply.keys.get(pass).copy();
        MaskGenerator generator = new MaskGenerator(key, TestSecrets.ACCESS)) {
      generator.fill(tensor, ResidueField.P31, mask, elements);
    }
    return mask;
  }
}
