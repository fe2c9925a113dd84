/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.lepcnn.device.testkit.SessionFixture.until;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.core.field.Field31;
import org.lepcnn.core.port.EdgeErrorCode;
import org.lepcnn.core.port.EdgeRefusedException;
import org.lepcnn.core.port.InstanceId;
import org.lepcnn.device.integrity.IntegrityException;
import org.lepcnn.device.pass.PassResult;
import org.lepcnn.device.testkit.FakeEdge;
import org.lepcnn.device.testkit.SessionFixture;
import org.lepcnn.device.testkit.SessionModel;

/** Claims that are released at a close, and claims that the edge has forgotten. */
class ClaimReleaseTest {
  private static final InstanceId FORMER = new InstanceId(5, 5);

  @Test
  void releaseWithoutAnAnswer_losesThePasses_andTheCloseSucceedsInTime() {
    try (SessionFixture fixture =
        new SessionFixture(b -> b.passesPerReservation(4).releaseTimeout(Duration.ofMillis(100)))) {
      CompletableFuture<Void> never = new CompletableFuture<>();
      fixture.edge.onRelease = release -> never;
      fixture.run(1);
      fixture.session.close();
      assertThat(fixture.edge.releases).hasSize(1);
      assertThat(fixture.supply.released).isFalse();
      assertThat(fixture.supply.outcomes)
          .isEqualTo(Map.of(0L, "finished", 1L, "burned", 2L, "burned", 3L, "burned"));
      never.complete(null); // too late: nothing changes any more
      assertThat(fixture.supply.released).isFalse();
    }
  }

  @Test
  void refusedRelease_losesThePasses() {
    try (SessionFixture fixture = new SessionFixture(b -> b.passesPerReservation(2))) {
      fixture.edge.onRelease = release -> refused(EdgeErrorCode.CLAIMED_BY_ANOTHER_INSTANCE);
      fixture.run(1);
      fixture.session.close();
      assertThat(fixture.supply.outcomes).containsEntry(1L, "burned");
      assertThat(fixture.supply.released).isFalse();
    }
  }

  @Test
  void nothingLeft_releasesNothing() {
    try (SessionFixture fixture = new SessionFixture(b -> b.passesPerReservation(2))) {
      fixture.run(1);
      fixture.run(2);
      fixture.session.close();
      assertThat(fixture.edge.releases).isEmpty();
    }
  }

  @Test
  void claimThatMayHaveArrived_isReleasedToo() {
    try (SessionFixture fixture = new SessionFixture(b -> b.passesPerReservation(2))) {
      fixture.edge.onClaim =
          claim -> CompletableFuture.failedFuture(new EnvironmentException("No answer."));
      fixture.failure(SessionModel.inputs(1));
      fixture.session.close();
      assertThat(fixture.log).contains("release 0");
      assertThat(fixture.supply.released).isTrue();
      assertThat(fixture.supply.outcomes).isEmpty();
    }
  }

  /** The edge may have recorded it, as it does while a model is loading. */
  @Test
  void refusedClaim_isReleased_andAcceptedReleaseIsRemembered() {
    try (SessionFixture fixture = new SessionFixture(b -> b.passesPerReservation(2))) {
      fixture.edge.onClaim = claim -> refused(EdgeErrorCode.NOT_READY);
      fixture.failure(SessionModel.inputs(1));
      fixture.session.close();
      assertThat(fixture.log).containsExactly("claim 0-1", "release 0");
      assertThat(fixture.edge.releases.get(0).instance())
          .isEqualTo(fixture.edge.claims.get(0).instance());
      assertThat(fixture.supply.released).isTrue();
      assertThat(fixture.supply.outcomes).isEmpty();
    }
  }

  @Test
  void refusedClaim_whoseReleaseIsRefused_isRememberedAsSuch() {
    for (EdgeErrorCode code :
        List.of(
            EdgeErrorCode.UNKNOWN_DEVICE,
            EdgeErrorCode.NOT_CLAIMED,
            EdgeErrorCode.CLAIMED_BY_ANOTHER_INSTANCE)) {
      try (SessionFixture fixture = new SessionFixture(b -> b.passesPerReservation(2))) {
        fixture.edge.onClaim = claim -> refused(EdgeErrorCode.UNKNOWN_DEVICE);
        fixture.edge.onRelease = release -> refused(code);
        fixture.failure(SessionModel.inputs(1));
        fixture.session.close();
        assertThat(fixture.supply.claimRefused).as("%s", code).isTrue();
        assertThat(fixture.supply.released).isFalse();
        assertThat(fixture.supply.outcomes).isEmpty();
      }
    }
  }

  @Test
  void refusedClaim_whoseReleaseIsNotAnswered_losesThePasses() {
    try (SessionFixture fixture =
        new SessionFixture(b -> b.passesPerReservation(2).releaseTimeout(Duration.ofMillis(100)))) {
      fixture.edge.onClaim = claim -> refused(EdgeErrorCode.UNKNOWN_DEVICE);
      fixture.edge.onRelease = release -> new CompletableFuture<>();
      fixture.failure(SessionModel.inputs(1));
      fixture.session.close();
      assertThat(fixture.supply.claimRefused).isFalse();
      assertThat(fixture.supply.outcomes).isEqualTo(Map.of(0L, "burned", 1L, "burned"));
    }
  }

  /** Somebody used them under this very number: a copy of the running machine. */
  @Test
  void refusedClaim_ofPassesThatTheEdgeHasSeen_losesThem() {
    try (SessionFixture fixture = new SessionFixture(b -> b.passesPerReservation(2))) {
      fixture.edge.onClaim = claim -> refused(EdgeErrorCode.NOT_AUTHORISED);
      fixture.edge.onRelease = release -> refused(EdgeErrorCode.MASK_REUSE_SUSPECTED);
      fixture.failure(SessionModel.inputs(1));
      fixture.session.close();
      assertThat(fixture.supply.claimRefused).isFalse();
      assertThat(fixture.supply.outcomes).isEqualTo(Map.of(0L, "burned", 1L, "burned"));
    }
  }

  @Test
  void claimThatIsAcceptedAfterARefusal_isReleasedLikeAnyOther() {
    try (SessionFixture fixture = new SessionFixture(b -> b.passesPerReservation(2))) {
      fixture.edge.onClaim =
          claim ->
              fixture.edge.claims.size() == 1
                  ? refused(EdgeErrorCode.UNKNOWN_DEVICE)
                  : CompletableFuture.completedFuture(null);
      fixture.edge.onRelease = release -> refused(EdgeErrorCode.NOT_CLAIMED);
      fixture.failure(SessionModel.inputs(1));
      fixture.run(1);
      fixture.session.close();
      assertThat(fixture.supply.claimRefused).isFalse();
      assertThat(fixture.supply.outcomes).isEqualTo(Map.of(0L, "finished", 1L, "burned"));
    }
  }

  @Test
  void passesThatAnotherInstanceClaimed_areNotGivenBack() {
    try (SessionFixture fixture = new SessionFixture(b -> b.passesPerReservation(2))) {
      fixture.edge.onClaim = claim -> refused(EdgeErrorCode.CLAIMED_BY_ANOTHER_INSTANCE);
      fixture.failure(SessionModel.inputs(1));
      fixture.session.close();
      assertThat(fixture.edge.releases).isEmpty();
      assertThat(fixture.supply.outcomes).isEqualTo(Map.of(0L, "burned", 1L, "burned"));
    }
  }

  @Test
  void quarantinedEdge_isSentNoRelease() {
    try (SessionFixture fixture =
        new SessionFixture(b -> b.passesPerReservation(2).maxIntegrityFailures(1))) {
      fixture.edge.forge =
          (request, result) -> {
            int[] residues = result.layers().get(0).residues();
            residues[0] = Field31.add(residues[0], 1);
            return result;
          };
      assertThat(fixture.failure(SessionModel.inputs(1))).isInstanceOf(IntegrityException.class);
      fixture.session.close();
      assertThat(fixture.edge.releases).isEmpty();
      assertThat(fixture.supply.outcomes).containsEntry(1L, "burned");
    }
  }

  @Test
  void claimRefusedForWantOfAFormerRelease_repeatsTheReleaseThenTheClaim() {
    try (SessionFixture fixture = new SessionFixture(b -> b.passesPerReservation(2))) {
      fixture.supply.formerInstance = FORMER;
      fixture.edge.onClaim =
          claim ->
              fixture.edge.releases.isEmpty()
                  ? refused(EdgeErrorCode.CLAIMED_BY_ANOTHER_INSTANCE)
                  : CompletableFuture.completedFuture(null);
      fixture.run(1);
      assertThat(fixture.log.subList(0, 4))
          .containsExactly("claim 0-1", "release 0", "claim 0-1", "send 0/0");
      assertThat(fixture.edge.releases.get(0).instance()).isEqualTo(FORMER);
    }
  }

  @Test
  void claimOfACopy_staysRefused_whateverItRepeats() {
    try (SessionFixture fixture = new SessionFixture()) {
      fixture.supply.formerInstance = FORMER;
      fixture.edge.onClaim = claim -> refused(EdgeErrorCode.CLAIMED_BY_ANOTHER_INSTANCE);
      fixture.edge.onRelease = release -> refused(EdgeErrorCode.CLAIMED_BY_ANOTHER_INSTANCE);
      assertThat(fixture.failure(SessionModel.inputs(1)))
          .isInstanceOfSatisfying(
              EdgeRefusedException.class,
              e -> assertThat(e.code()).isEqualTo(EdgeErrorCode.CLAIMED_BY_ANOTHER_INSTANCE));
      assertThat(fixture.edge.claims).hasSize(1);
      assertThat(fixture.edge.seen).isEmpty();
    }
  }

  @Test
  void roundForWantOfAClaim_isSentAgainIdentically_afterTheClaim() {
    try (SessionFixture fixture = new SessionFixture(b -> b.passesPerReservation(2))) {
      AtomicInteger rounds = new AtomicInteger();
      fixture.edge.forge =
          (request, result) -> {
            if (rounds.incrementAndGet() == 2) {
              throw new EdgeRefusedException(EdgeErrorCode.NOT_CLAIMED, "the edge forgot");
            }
            return result;
          };
      PassResult result = fixture.run(1);
      PrivateSessionTest.assertSame(result.outputs(), fixture.plain(SessionModel.inputs(1)));
      assertThat(fixture.log)
          .startsWith("claim 0-1", "send 0/0", "send 0/1", "claim 0-1", "send 0/1");
      List<FakeEdge.Seen> seen = fixture.edge.seen;
      assertThat(seen.get(2).residues()).isEqualTo(seen.get(1).residues());
      assertThat(fixture.edge.claims.get(1)).isEqualTo(fixture.edge.claims.get(0));
    }
  }

  @Test
  void roundThatStaysUnclaimed_endsThePassAfterAFewRepetitions() {
    try (SessionFixture fixture = new SessionFixture()) {
      fixture.edge.forge =
          (request, result) -> {
            throw new EdgeRefusedException(EdgeErrorCode.NOT_CLAIMED, "the edge forgets");
          };
      assertThat(fixture.failure(SessionModel.inputs(1))).isInstanceOf(EdgeRefusedException.class);
      assertThat(fixture.edge.seen).hasSize(4);
      until(() -> "burned".equals(fixture.supply.outcomes.get(0L)));
    }
  }

  @Test
  void manyRoundsThatWantOneClaim_repeatItOnceAtATime() throws ExecutionException {
    try (SessionFixture fixture =
        new SessionFixture(b -> b.passesInFlight(4).passesPerReservation(4))) {
      CompletableFuture<Void> second = new CompletableFuture<>();
      AtomicInteger claims = new AtomicInteger();
      AtomicInteger refusals = new AtomicInteger();
      fixture.edge.onClaim =
          claim -> claims.incrementAndGet() == 1 ? CompletableFuture.completedFuture(null) : second;
      fixture.edge.forge =
          (request, result) -> {
            if (!second.isDone()) {
              refusals.incrementAndGet();
              throw new EdgeRefusedException(EdgeErrorCode.NOT_CLAIMED, "the edge forgot");
            }
            return result;
          };
      List<CompletableFuture<PassResult>> passes =
          java.util.stream.IntStream.range(0, 4)
              .mapToObj(seed -> fixture.session.submit(SessionModel.inputs(seed)))
              .toList();
      until(() -> refusals.get() == 4);
      second.complete(null);
      passes.forEach(SessionFixture::await);
      assertThat(claims.get()).isBetween(2, 5);
    }
  }

  private static CompletableFuture<Void> refused(EdgeErrorCode code) {
    return CompletableFuture.failedFuture(new EdgeRefusedException(code, "says the test"));
  }
}
