/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.lepcnn.device.testkit.SessionFixture.await;
import static org.lepcnn.device.testkit.SessionFixture.failure;
import static org.lepcnn.device.testkit.SessionFixture.until;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.core.field.Field31;
import org.lepcnn.core.port.EdgeErrorCode;
import org.lepcnn.core.port.EdgeRefusedException;
import org.lepcnn.core.port.PassClaim;
import org.lepcnn.core.port.PassRelease;
import org.lepcnn.device.pass.PassResult;
import org.lepcnn.device.pass.PassTimings;
import org.lepcnn.device.stage.HostTensor;
import org.lepcnn.device.supply.PassTables;
import org.lepcnn.device.testkit.FakeEdge;
import org.lepcnn.device.testkit.LimitedTables;
import org.lepcnn.device.testkit.RecordingSupply;
import org.lepcnn.device.testkit.SessionFixture;
import org.lepcnn.device.testkit.SessionModel;

public class PrivateSessionTest {
  @Test
  void manyPassesInFlight_allEqualThePlainIntegerNetwork() {
    try (SessionFixture fixture = new SessionFixture()) {
      List<CompletableFuture<PassResult>> futures = new ArrayList<>();
      for (int seed = 0; seed < 40; seed++) {
        futures.add(fixture.session.submit(SessionModel.inputs(seed)));
      }
      Set<Long> passes = ConcurrentHashMap.newKeySet();
      for (int seed = 0; seed < 40; seed++) {
        PassResult result = await(futures.get(seed));
        assertSame(result.outputs(), fixture.plain(SessionModel.inputs(seed)));
        passes.add(result.pass());
      }
      assertThat(passes)
          .containsExactlyInAnyOrderElementsOf(LongStream.range(0, 40).boxed().toList());
      assertThat(fixture.supply.outcomes.values()).containsOnly("finished");
    }
  }

  @Test
  void doubleCheck_acceptsRightResults() {
    try (SessionFixture fixture = new SessionFixture(2, builder -> builder)) {
      assertSame(fixture.run(3).outputs(), fixture.plain(SessionModel.inputs(3)));
    }
  }

  @Test
  void result_tellsRoundsBytesAndTimes() {
    try (SessionFixture fixture = new SessionFixture()) {
      PassResult result = fixture.run(1);
      assertThat(result.rounds()).isEqualTo(2);
      assertThat(result.bytesUp()).isEqualTo((90 + 120) * 4);
      assertThat(result.bytesDown()).isEqualTo((120 + 120 + 7) * 4);
      PassTimings times = result.timings();
      assertThat(
              List.of(
                  times.stageNanos(),
                  times.maskNanos(),
                  times.waitNanos(),
                  times.checkNanos(),
                  times.tableNanos(),
                  times.unmaskNanos()))
          .allMatch(nanos -> nanos > 0)
          .allMatch(nanos -> nanos < times.totalNanos());
      assertThat(result.outputs().keySet()).containsExactly("z", "y");
      assertThat(result.outputs().get("y").shape()).containsExactly(1, 7);
    }
  }

  @Test
  void tensorWithTwoReaders_isSentOnce_andEveryPassIsMaskedAnew() {
    try (SessionFixture fixture = new SessionFixture()) {
      fixture.run(1);
      fixture.run(1);
      assertThat(fixture.edge.seen)
          .extracting(FakeEdge.Seen::pass, FakeEdge.Seen::round, FakeEdge.Seen::tensor)
          .containsExactly(
              org.assertj.core.groups.Tuple.tuple(0L, 0, 0),
              org.assertj.core.groups.Tuple.tuple(0L, 1, 1),
              org.assertj.core.groups.Tuple.tuple(1L, 0, 0),
              org.assertj.core.groups.Tuple.tuple(1L, 1, 1));
      int[] first = fixture.edge.seen.get(0).residues();
      int[] second = fixture.edge.seen.get(2).residues();
      assertThat(Field31.allCanonical(first, 0, first.length)).isTrue();
      int equal = 0;
      for (int i = 0; i < first.length; i++) {
        equal += first[i] == second[i] ? 1 : 0;
      }
      assertThat(equal).isLessThan(2);
    }
  }

  @Test
  void nothingIsSent_beforeTheClaimIsAccepted() {
    try (SessionFixture fixture = new SessionFixture(b -> b.passesPerReservation(3))) {
      CompletableFuture<Void> answer = new CompletableFuture<>();
      fixture.edge.onClaim = claim -> answer;
      CompletableFuture<PassResult> one = fixture.session.submit(SessionModel.inputs(1));
      CompletableFuture<PassResult> two = fixture.session.submit(SessionModel.inputs(2));
      until(() -> !fixture.edge.claims.isEmpty());
      assertThat(fixture.edge.seen).isEmpty();
      assertThat(one).isNotDone();
      answer.complete(null);
      await(one);
      await(two);
      PassClaim claim = fixture.edge.claims.get(0);
      assertThat(fixture.edge.claims).hasSize(1);
      assertThat(claim.firstPass()).isZero();
      assertThat(claim.lastPass()).isEqualTo(2);
      assertThat(claim.instance()).isEqualTo(fixture.supply.instance());
      assertThat(fixture.log.get(0)).isEqualTo("claim 0-2");
    }
  }

  /** Two copies of a running machine know the same number: it must not serve the next claim. */
  @Test
  void everyReservation_hasAnInstanceNumberOfItsOwn() {
    Set<String> sent = new ConcurrentSkipListSet<>();
    try (SessionFixture fixture = new SessionFixture(b -> b.passesPerReservation(2))) {
      fixture.edge.forge =
          (request, result) -> {
            sent.add(request.pass().pass() / 2 + " " + request.instance());
            return result;
          };
      for (int seed = 0; seed < 5; seed++) {
        fixture.run(seed);
      }
      List<PassClaim> claims = fixture.edge.claims;
      assertThat(claims).hasSize(3);
      assertThat(claims).extracting(PassClaim::instance).doesNotHaveDuplicates();
      assertThat(sent)
          .containsExactly(
              "0 " + claims.get(0).instance(),
              "1 " + claims.get(1).instance(),
              "2 " + claims.get(2).instance());
      fixture.session.close();
      assertThat(fixture.edge.releases.get(0).instance()).isEqualTo(claims.get(2).instance());
    }
  }

  /** The edge serves one instance at a time: the next one claims when the former has ended. */
  @Test
  void aReservation_isClaimedWhenThePassesOfTheOneBeforeHaveEnded() {
    CountDownLatch held = new CountDownLatch(1);
    try (SessionFixture fixture =
        new SessionFixture(b -> b.passesInFlight(3).passesPerReservation(2))) {
      fixture.edge.forge =
          (request, result) -> {
            if (request.pass().pass() == 0) {
              awaitUninterruptibly(held);
            }
            return result;
          };
      List<CompletableFuture<PassResult>> futures = new ArrayList<>();
      for (int seed = 0; seed < 4; seed++) {
        futures.add(fixture.session.submit(SessionModel.inputs(seed)));
      }
      until(() -> fixture.supply.outcomes.containsValue("finished"));
      until(() -> fixture.supply.nextPass() == 4);
      assertThat(fixture.edge.claims).hasSize(1);
      held.countDown();
      futures.forEach(SessionFixture::await);
      assertThat(fixture.edge.claims).hasSize(2);
      assertThat(fixture.log.indexOf("claim 2-3"))
          .isGreaterThan(fixture.log.lastIndexOf("send 0/1"));
    }
  }

  private static void awaitUninterruptibly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void everyReservation_isClaimedBeforeItsFirstTensor() {
    try (SessionFixture fixture = new SessionFixture(b -> b.passesPerReservation(2))) {
      for (int seed = 0; seed < 5; seed++) {
        fixture.run(seed);
      }
      assertThat(fixture.log.stream().filter(line -> line.startsWith("claim")))
          .containsExactly("claim 0-1", "claim 2-3", "claim 4-5");
      assertThat(fixture.log.indexOf("claim 2-3"))
          .isBetween(fixture.log.indexOf("send 1/1"), fixture.log.indexOf("send 2/0"));
    }
  }

  @Test
  void refusedClaim_sendsNothing_andTheApplicationLearnsWhy() {
    try (SessionFixture fixture = new SessionFixture()) {
      fixture.edge.onClaim =
          claim ->
              CompletableFuture.failedFuture(
                  new EdgeRefusedException(
                      EdgeErrorCode.CLAIMED_BY_ANOTHER_INSTANCE, "this state is a copy"));
      assertThat(fixture.failure(SessionModel.inputs(1)))
          .isInstanceOfSatisfying(
              EdgeRefusedException.class,
              e -> assertThat(e.code()).isEqualTo(EdgeErrorCode.CLAIMED_BY_ANOTHER_INSTANCE));
      assertThat(fixture.edge.seen).isEmpty();
      assertThat(fixture.supply.outcomes).isEmpty();
    }
  }

  @Test
  void claimWithoutAnswer_isRepeatedIdentically_byTheNextSubmission() {
    try (SessionFixture fixture = new SessionFixture()) {
      fixture.edge.onClaim =
          claim -> CompletableFuture.failedFuture(new EnvironmentException("No answer."));
      assertThat(fixture.failure(SessionModel.inputs(1))).isInstanceOf(EnvironmentException.class);
      fixture.edge.onClaim = claim -> CompletableFuture.completedFuture(null);
      assertThat(fixture.run(1).pass()).isZero();
      assertThat(fixture.edge.claims).hasSize(2);
      assertThat(fixture.edge.claims.get(1)).isEqualTo(fixture.edge.claims.get(0));
    }
  }

  @Test
  void edgeThatRefusesOrFallsSilent_endsThePassAlone() {
    try (SessionFixture fixture = new SessionFixture()) {
      fixture.edge.forge =
          (request, result) -> {
            throw request.round() == 0
                ? new EdgeRefusedException(EdgeErrorCode.STALE, "too old")
                : new EnvironmentException("No answer.");
          };
      assertThat(fixture.failure(SessionModel.inputs(1))).isInstanceOf(EdgeRefusedException.class);
      fixture.edge.forge = (request, result) -> result;
      assertThat(fixture.run(2).pass()).isEqualTo(1);
      assertThat(fixture.supply.outcomes).containsEntry(0L, "burned").containsEntry(1L, "finished");
      assertThat(fixture.session.integrityFailures()).isZero();
    }
  }

  @Test
  void workOfAPass_runsOnTheSessionsThreads_neverOnTheTransports() {
    Set<String> threads = ConcurrentHashMap.newKeySet();
    try (SessionFixture fixture =
        new SessionFixture(
            b ->
                b.observer(request -> threads.add(Thread.currentThread().getName()))
                    .unsafeResultObserver(
                        (pass, layer, y) -> threads.add(Thread.currentThread().getName())))) {
      fixture.run(1);
    }
    assertThat(threads).isNotEmpty().allMatch(name -> name.startsWith("lepcnn-pass-"));
  }

  @Test
  void observerThatFails_changesNothing() {
    try (SessionFixture fixture =
        new SessionFixture(
            b ->
                b.observer(
                    request -> {
                      throw new IllegalStateException("onlooker");
                    }))) {
      assertSame(fixture.run(1).outputs(), fixture.plain(SessionModel.inputs(1)));
    }
  }

  @Test
  void dryTables_areAClearError_andNothingIsReserved() {
    try (SessionFixture fixture = new SessionFixture()) {
      PassTables two = new LimitedTables(fixture.bundle, 2);
      List<String> log = new ArrayList<>();
      RecordingSupply supply = new RecordingSupply(fixture.bundle, log);
      try (PrivateSession session = PrivateSession.builder(supply, two, fixture.edge).open()) {
        await(session.submit(SessionModel.inputs(1)));
        await(session.submit(SessionModel.inputs(2)));
        assertThat(failure(session.submit(SessionModel.inputs(3))))
            .isInstanceOf(EnvironmentException.class)
            .hasMessageContaining("from pass 2 on");
        assertThat(supply.nextPass()).isEqualTo(2);
      }
    }
  }

  @Test
  void close_waitsForPassesInFlight_andReleasesWhatIsLeft() {
    try (SessionFixture fixture = new SessionFixture(b -> b.passesPerReservation(5))) {
      List<CompletableFuture<PassResult>> futures = new ArrayList<>();
      for (int seed = 0; seed < 3; seed++) {
        futures.add(fixture.session.submit(SessionModel.inputs(seed)));
      }
      fixture.session.close();
      assertThat(futures).allMatch(CompletableFuture::isDone);
      futures.forEach(SessionFixture::await);
      assertThat(fixture.supply.outcomes)
          .isEqualTo(Map.of(0L, "finished", 1L, "finished", 2L, "finished"));
      assertThat(fixture.edge.releases)
          .containsExactly(
              new PassRelease(
                  fixture.supply.device(),
                  fixture.supply.chain(),
                  fixture.supply.model(),
                  3,
                  fixture.supply.instance()));
      assertThat(fixture.log.indexOf("release 3")).isGreaterThan(fixture.log.indexOf("send 2/1"));
      assertThat(fixture.supply.released).isTrue();
      assertThat(fixture.supply.closed).isTrue();
      assertThat(failure(fixture.session.submit(SessionModel.inputs(9))))
          .isInstanceOf(EnvironmentException.class)
          .hasMessageContaining("closed");
    }
  }

  @Test
  void closeTimeout_failsWhatIsLeft_andLosesThePassesThatWereTaken() {
    CountDownLatch release = new CountDownLatch(1);
    try (SessionFixture fixture =
        new SessionFixture(
            b -> b.passesInFlight(1).passesPerReservation(2).closeTimeout(Duration.ofMillis(50)))) {
      fixture.edge.forge =
          (request, result) -> {
            SessionFixture.awaitLatch(release);
            return result;
          };
      CompletableFuture<PassResult> silent = fixture.session.submit(SessionModel.inputs(1));
      CompletableFuture<PassResult> waiting = fixture.session.submit(SessionModel.inputs(2));
      until(() -> !fixture.edge.seen.isEmpty());
      fixture.session.close();
      assertThat(failure(silent)).isInstanceOf(EnvironmentException.class);
      assertThat(failure(waiting)).isInstanceOf(EnvironmentException.class);
      assertThat(fixture.supply.outcomes).isEqualTo(Map.of(0L, "burned"));
      assertThat(fixture.log).contains("release 1");
      release.countDown();
      assertThat(fixture.edge.roundsOf(0)).containsExactly(0);
    }
  }

  public static void assertSame(Map<String, HostTensor> found, Map<String, HostTensor> expected) {
    assertThat(found.keySet()).isEqualTo(expected.keySet());
    assertThat(
            found.entrySet().stream()
                .filter(e -> !e.getValue().sameBits(expected.get(e.getKey())))
                .map(Map.Entry::getKey)
                .collect(Collectors.toSet()))
        .as("outputs that differ")
        .isEmpty();
  }
}
