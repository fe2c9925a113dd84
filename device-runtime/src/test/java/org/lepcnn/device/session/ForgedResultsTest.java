/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.lepcnn.device.testkit.SessionFixture.await;
import static org.lepcnn.device.testkit.SessionFixture.failure;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.core.field.Field31;
import org.lepcnn.core.kernel.ScalarKernels;
import org.lepcnn.core.port.InProcessEdge;
import org.lepcnn.core.port.PassId;
import org.lepcnn.core.port.RoundRequest;
import org.lepcnn.core.port.RoundResult;
import org.lepcnn.device.claim.SendGate;
import org.lepcnn.device.integrity.IntegrityException;
import org.lepcnn.device.integrity.IntegrityException.Kind;
import org.lepcnn.device.pass.PassResult;
import org.lepcnn.device.stage.HostTensor;
import org.lepcnn.device.supply.QuarantinedException;
import org.lepcnn.device.testkit.SessionFixture;
import org.lepcnn.device.testkit.SessionModel;

class ForgedResultsTest {
  private interface Forgery extends BiFunction<RoundRequest, RoundResult, RoundResult> {}

  static Stream<Arguments> forgeries() {
    return Stream.of(
        forgery("one residue by one", Kind.CHECK_FAILED, 0, residue(0, 17, 1)),
        forgery("last layer by minus one", Kind.CHECK_FAILED, 1, residue(0, 6, Field31.P - 1)),
        forgery("second layer of a round", Kind.CHECK_FAILED, 0, residue(1, 119, 1)),
        forgery("computed with other weights", Kind.CHECK_FAILED, 0, otherWeights()),
        forgery("layers exchanged", Kind.CHECK_FAILED, 0, exchanged()),
        forgery("residue p", Kind.NON_CANONICAL, 0, set(0, 3, Field31.P)),
        forgery("residue negative", Kind.NON_CANONICAL, 1, set(0, 3, -1)),
        forgery("one residue too few", Kind.WRONG_SHAPE, 0, resized(119)),
        forgery("one residue too many", Kind.WRONG_SHAPE, 0, resized(121)),
        forgery("a layer missing", Kind.WRONG_ID, 0, missingLayer()),
        forgery("another layer's index", Kind.WRONG_ID, 1, otherIndex()),
        forgery("another round", Kind.WRONG_ID, 1, (q, r) -> of(r.pass(), 0, r.layers())),
        forgery("another pass", Kind.WRONG_ID, 0, otherPass()));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("forgeries")
  void forgedResult_isRefused_counted_andBurnsItsPassAlone(
      String name,
      Kind kind,
      int round,
      BiFunction<RoundRequest, RoundResult, RoundResult> forgery) {
    try (SessionFixture fixture = new SessionFixture()) {
      fixture.run(1);
      fixture.edge.forge = (q, r) -> q.round() == round ? forgery.apply(q, r) : r;
      assertThat(fixture.failure(SessionModel.inputs(2)))
          .as(name)
          .isInstanceOfSatisfying(
              IntegrityException.class, e -> assertThat(e.kind()).isEqualTo(kind));
      assertThat(fixture.session.integrityFailures()).isEqualTo(1);
      fixture.edge.forge = (q, r) -> r;
      PassResult later = fixture.run(3);
      PrivateSessionTest.assertSame(later.outputs(), fixture.plain(SessionModel.inputs(3)));
      assertThat(fixture.supply.outcomes)
          .isEqualTo(withRest(fixture, Map.of(0L, "finished", 1L, "burned", 2L, "finished")));
      // the pass ended at its first wrong layer
      assertThat(fixture.edge.roundsOf(1)).hasSize(round + 1);
    }
  }

  @Test
  void replayOfAnOlderPass_isRefused() {
    Map<Integer, RoundResult> old = new ConcurrentHashMap<>();
    try (SessionFixture fixture = new SessionFixture()) {
      fixture.edge.forge =
          (request, result) -> {
            old.putIfAbsent(request.round(), copy(result));
            return result;
          };
      fixture.run(1);
      // the same input again; the old layers under the new pass's id
      fixture.edge.forge = (q, r) -> of(q.pass(), q.round(), old.get(q.round()).layers());
      assertThat(fixture.failure(SessionModel.inputs(1)))
          .isInstanceOfSatisfying(
              IntegrityException.class, e -> assertThat(e.kind()).isEqualTo(Kind.CHECK_FAILED));
      // the old answer as it was
      fixture.edge.forge = (q, r) -> old.get(q.round());
      assertThat(fixture.failure(SessionModel.inputs(1)))
          .isInstanceOfSatisfying(
              IntegrityException.class, e -> assertThat(e.kind()).isEqualTo(Kind.WRONG_ID));
    }
  }

  @Test
  void failure_isRecorded_beforeAnythingElseIsSent() {
    try (SessionFixture fixture = new SessionFixture(b -> b.passesInFlight(1))) {
      fixture.edge.forge = (q, r) -> q.pass().pass() == 1 ? residue(0, 0, 1).apply(q, r) : r;
      List<CompletableFuture<PassResult>> futures = new ArrayList<>();
      for (int seed = 0; seed < 4; seed++) {
        futures.add(fixture.session.submit(SessionModel.inputs(seed)));
      }
      assertThat(failure(futures.get(1))).isInstanceOf(IntegrityException.class);
      await(futures.get(3));
      assertThat(fixture.log)
          .containsExactly(
              "claim 0-15",
              "send 0/0",
              "send 0/1",
              "send 1/0",
              "failure recorded",
              "send 2/0",
              "send 2/1",
              "send 3/0",
              "send 3/1");
    }
  }

  @Test
  void failure_isRecorded_whileNothingElseLeaves() {
    try (SessionFixture fixture = new SessionFixture()) {
      SendGate gate = new SendGate(fixture.supply, 3);
      Thread sender = new Thread(() -> gate.send(() -> fixture.log.add("sent")));
      fixture.supply.whileRecording =
          () -> {
            sender.start();
            SessionFixture.until(() -> LockSupport.getBlocker(sender) != null || !sender.isAlive());
          };
      gate.recordFailure(new EnvironmentException("Forged."));
      SessionFixture.until(() -> !sender.isAlive());
      assertThat(fixture.log).containsExactly("failure recorded", "sent");
    }
  }

  /** A refused answer does not prove that the transport is done with the request. */
  @Test
  void arraysOfARequestWhoseAnswerIsRefused_areNotUsedAgain() {
    List<int[]> arrays = new CopyOnWriteArrayList<>();
    try (SessionFixture fixture =
        new SessionFixture(
            b ->
                b.passesInFlight(1)
                    .observer(
                        request ->
                            request.tensors().forEach(tensor -> arrays.add(tensor.residues()))))) {
      fixture.edge.forge = residue(0, 0, 1);
      fixture.failure(SessionModel.inputs(1));
      int[] refused = arrays.get(0);
      int[] asItWas = refused.clone();
      fixture.edge.forge = (q, r) -> r;
      fixture.run(2);
      fixture.run(3);
      assertThat(arrays).hasSize(5);
      assertThat(arrays.subList(1, 5)).noneMatch(array -> array == refused);
      assertThat(refused).isEqualTo(asItWas);
      // those of accepted answers are
      assertThat(arrays.subList(3, 5)).anyMatch(array -> array == arrays.get(1));
    }
  }

  @Test
  void failureThatCannotBeRecorded_stopsTheSession() {
    try (SessionFixture fixture = new SessionFixture()) {
      fixture.supply.recordingFails = true;
      fixture.edge.forge = residue(0, 0, 1);
      assertThat(fixture.failure(SessionModel.inputs(1)))
          .isInstanceOf(IntegrityException.class)
          .hasSuppressedException(new EnvironmentException("Disk full."));
      int sent = fixture.edge.seen.size();
      assertThat(fixture.failure(SessionModel.inputs(2))).isInstanceOf(EnvironmentException.class);
      assertThat(fixture.edge.seen).hasSize(sent);
    }
  }

  @Test
  void tooManyFailures_quarantineTheEdge_alsoForLaterSessions() {
    try (SessionFixture fixture = new SessionFixture(b -> b.maxIntegrityFailures(2))) {
      fixture.edge.forge = residue(0, 0, 1);
      assertThat(fixture.failure(SessionModel.inputs(1))).isInstanceOf(IntegrityException.class);
      assertThat(fixture.failure(SessionModel.inputs(2))).isInstanceOf(IntegrityException.class);
      List<String> before = List.copyOf(fixture.log);
      fixture.edge.forge = (q, r) -> r;
      assertThat(fixture.failure(SessionModel.inputs(3)))
          .isInstanceOf(QuarantinedException.class)
          .hasMessageContaining("2 results");
      assertThat(fixture.log).isEqualTo(before);
      assertThat(fixture.supply.outcomes).hasSize(2);
      PrivateSessionBuilder again = fixture.builder(1).maxIntegrityFailures(2);
      assertThatThrownBy(again::open).isInstanceOf(QuarantinedException.class);
    }
  }

  @Test
  void passInFlight_stopsAtItsNextRound_whenTheEdgeIsQuarantined() {
    CountDownLatch quarantined = new CountDownLatch(1);
    try (SessionFixture fixture = new SessionFixture(b -> b.maxIntegrityFailures(1))) {
      fixture.edge.forge =
          (request, result) -> {
            if (request.pass().pass() == 0) {
              SessionFixture.until(() -> !fixture.edge.roundsOf(1).isEmpty());
              return residue(0, 0, 1).apply(request, result);
            }
            SessionFixture.awaitLatch(quarantined);
            return result;
          };
      CompletableFuture<PassResult> one = fixture.session.submit(SessionModel.inputs(1));
      CompletableFuture<PassResult> two = fixture.session.submit(SessionModel.inputs(2));
      CompletableFuture.anyOf(one, two).exceptionally(forged -> null).join();
      quarantined.countDown();
      assertThat(List.of(failure(one).getClass(), failure(two).getClass()))
          .containsExactlyInAnyOrder(IntegrityException.class, QuarantinedException.class);
      assertThat(fixture.edge.roundsOf(1)).containsExactly(0);
    }
  }

  @Test
  void withoutTheCheck_aForgeryPasses_butNotANonCanonicalOne() {
    try (SessionFixture fixture =
        new SessionFixture(PrivateSessionBuilder::unsafelyWithoutIntegrityCheck)) {
      fixture.edge.forge = (q, r) -> q.round() == 1 ? residue(0, 2, 1 << 20).apply(q, r) : r;
      HostTensor forged = fixture.run(1).outputs().get("y");
      assertThat(forged.sameBits(fixture.plain(SessionModel.inputs(1)).get("y"))).isFalse();
      fixture.edge.forge = set(0, 0, Field31.P);
      assertThat(fixture.failure(SessionModel.inputs(1)))
          .isInstanceOfSatisfying(
              IntegrityException.class, e -> assertThat(e.kind()).isEqualTo(Kind.NON_CANONICAL));
    }
  }

  /** Nothing but the passes taken has an outcome while the session is open. */
  private static Map<Long, String> withRest(SessionFixture fixture, Map<Long, String> taken) {
    assertThat(fixture.supply.outcomes).hasSize(taken.size());
    return taken;
  }

  private static Arguments forgery(
      String name, Kind kind, int round, BiFunction<RoundRequest, RoundResult, RoundResult> made) {
    return Arguments.of(name, kind, round, made);
  }

  private static Forgery residue(int layer, int index, int delta) {
    return (request, result) -> {
      int[] residues = result.layers().get(layer).residues();
      residues[index] = Field31.add(residues[index], delta);
      return result;
    };
  }

  private static Forgery set(int layer, int index, int value) {
    return (request, result) -> {
      result.layers().get(layer).residues()[index] = value;
      return result;
    };
  }

  private static Forgery otherWeights() {
    return (request, result) -> {
      try (InProcessEdge other =
          new InProcessEdge(SessionModel.bundle(12).edge(), new ScalarKernels())) {
        return other.exchange(request).join();
      }
    };
  }

  private static Forgery exchanged() {
    return (request, result) ->
        of(
            result.pass(),
            result.round(),
            List.of(
                new RoundResult.Layer(0, result.layers().get(1).residues()),
                new RoundResult.Layer(1, result.layers().get(0).residues())));
  }

  private static Forgery resized(int size) {
    return (request, result) ->
        of(
            result.pass(),
            result.round(),
            List.of(
                result.layers().get(0),
                new RoundResult.Layer(
                    1, java.util.Arrays.copyOf(result.layers().get(1).residues(), size))));
  }

  private static Forgery missingLayer() {
    return (request, result) -> of(result.pass(), result.round(), result.layers().subList(0, 1));
  }

  private static Forgery otherIndex() {
    return (request, result) ->
        of(
            result.pass(),
            result.round(),
            List.of(new RoundResult.Layer(0, result.layers().get(0).residues())));
  }

  private static Forgery otherPass() {
    return (request, result) -> {
      PassId id = result.pass();
      return of(
          new PassId(id.device(), id.chain(), id.model(), id.pass() + 1),
          result.round(),
          result.layers());
    };
  }

  private static RoundResult of(PassId pass, int round, List<RoundResult.Layer> layers) {
    return new RoundResult(pass, round, layers);
  }

  private static RoundResult copy(RoundResult result) {
    return of(
        result.pass(),
        result.round(),
        result.layers().stream()
            .map(layer -> new RoundResult.Layer(layer.index(), layer.residues().clone()))
            .toList());
  }
}
