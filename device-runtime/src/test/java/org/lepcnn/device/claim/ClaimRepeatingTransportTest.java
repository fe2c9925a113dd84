/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.claim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.lepcnn.device.testkit.SessionFixture.await;
import static org.lepcnn.device.testkit.SessionFixture.failure;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.core.model.ModelBundle;
import org.lepcnn.core.model.Plan;
import org.lepcnn.core.port.EdgeErrorCode;
import org.lepcnn.core.port.EdgeRefusedException;
import org.lepcnn.core.port.EdgeTransport;
import org.lepcnn.core.port.PassClaim;
import org.lepcnn.core.port.PassId;
import org.lepcnn.core.port.PassRelease;
import org.lepcnn.core.port.RoundRequest;
import org.lepcnn.core.port.RoundResult;
import org.lepcnn.device.testkit.RecordingSupply;
import org.lepcnn.device.testkit.SessionModel;

/** What is sent again when the edge has forgotten claims; no tensor takes part. */
class ClaimRepeatingTransportTest {
  private final List<String> log = new ArrayList<>();
  private final ModelBundle bundle = SessionModel.bundle(11);
  private final RecordingSupply supply = new RecordingSupply(bundle, log);
  private final SendGate gate = new SendGate(supply, 1);
  private final RefusingEdge edge = new RefusingEdge();
  private final ClaimRepeatingTransport repeating =
      new ClaimRepeatingTransport(supply, edge, gate, Runnable::run);

  @AfterEach
  void close() {
    supply.close();
  }

  @Test
  void aRoundOfAClaimThatIsNotKnown_isSentAgainAfterTheClaim_whicheverWayTheEdgeSaysSo() {
    for (EdgeErrorCode code :
        List.of(EdgeErrorCode.NOT_CLAIMED, EdgeErrorCode.CLAIMED_BY_ANOTHER_INSTANCE)) {
      log.clear();
      await(repeating.claim(claim(0, 3)));
      edge.refuse(code, 1);
      await(repeating.exchange(round(2)));
      assertThat(log).containsExactly("claim 0-3", "round 2", "claim 0-3", "round 2");
    }
  }

  @Test
  void anyOtherRefusalOfARound_isToldAtOnce() {
    await(repeating.claim(claim(0, 3)));
    edge.refuse(EdgeErrorCode.STALE, 1);
    assertThat(code(repeating.exchange(round(2)))).isEqualTo(EdgeErrorCode.STALE);
    assertThat(log).containsExactly("claim 0-3", "round 2");
  }

  @Test
  void aClaim_coversItsLastPass_andNoneBehindIt() {
    await(repeating.claim(claim(0, 3)));
    edge.refuse(EdgeErrorCode.NOT_CLAIMED, 1);
    await(repeating.exchange(round(3)));
    edge.refuse(EdgeErrorCode.NOT_CLAIMED, 1);
    assertThat(code(repeating.exchange(round(4)))).isEqualTo(EdgeErrorCode.NOT_CLAIMED);
    assertThat(log).containsExactly("claim 0-3", "round 3", "claim 0-3", "round 3", "round 4");
  }

  @Test
  void theLatest64Claims_areRepeated_noOlderOne() {
    for (int pass = 0; pass <= 64; pass++) {
      await(repeating.claim(claim(pass, pass)));
    }
    log.clear();
    edge.refuse(EdgeErrorCode.NOT_CLAIMED, 1);
    assertThat(code(repeating.exchange(round(0)))).isEqualTo(EdgeErrorCode.NOT_CLAIMED);
    edge.refuse(EdgeErrorCode.NOT_CLAIMED, 1);
    await(repeating.exchange(round(1)));
    assertThat(log).containsExactly("round 0", "round 1", "claim 1-1", "round 1");
  }

  @Test
  void whatIsRepeated_goesThroughTheGate() {
    await(repeating.claim(claim(0, 3)));
    CompletableFuture<RoundResult> waiting = edge.refuseLater();
    CompletableFuture<RoundResult> round = repeating.exchange(round(2));
    gate.shut();
    waiting.completeExceptionally(refused(EdgeErrorCode.NOT_CLAIMED));
    assertThat(failure(round))
        .isInstanceOf(EnvironmentException.class)
        .hasMessageContaining("closed");
    assertThat(log).containsExactly("claim 0-3", "round 2");
  }

  /** A transport completes its futures where it reads answers, for all devices. */
  @Test
  void whatIsRepeated_isSentByTheWorker_notWhereTheRefusalWasRead() {
    Queue<Runnable> worker = new ArrayDeque<>();
    EdgeTransport patient = new ClaimRepeatingTransport(supply, edge, gate, worker::add);
    await(patient.claim(claim(0, 3)));
    edge.refuse(EdgeErrorCode.NOT_CLAIMED, 1);
    CompletableFuture<RoundResult> round = patient.exchange(round(2));
    assertThat(log).containsExactly("claim 0-3", "round 2");
    while (!round.isDone()) {
      worker.remove().run();
    }
    assertThat(log).containsExactly("claim 0-3", "round 2", "claim 0-3", "round 2");
  }

  private static EdgeErrorCode code(CompletableFuture<?> future) {
    return ((EdgeRefusedException) failure(future)).code();
  }

  private static EdgeRefusedException refused(EdgeErrorCode code) {
    return new EdgeRefusedException(code, "says the test");
  }

  private PassClaim claim(long first, long last) {
    return new PassClaim(
        supply.device(), supply.chain(), supply.model(), first, last, supply.instance());
  }

  private RoundRequest round(long pass) {
    PassId id = new PassId(supply.device(), supply.chain(), supply.model(), pass);
    return new RoundRequest(id, 0, supply.instance(), bundle.plan(), List.of());
  }

  /** Accepts every claim, and every round but some. */
  private final class RefusingEdge implements EdgeTransport {
    private final List<CompletableFuture<RoundResult>> answers = new ArrayList<>();

    /** Refuses the next rounds. */
    void refuse(EdgeErrorCode code, int times) {
      for (int i = 0; i < times; i++) {
        answers.add(CompletableFuture.failedFuture(refused(code)));
      }
    }

    /** The answer to the next round. */
    CompletableFuture<RoundResult> refuseLater() {
      answers.add(new CompletableFuture<>());
      return answers.get(answers.size() - 1);
    }

    @Override
    public CompletableFuture<Void> claim(PassClaim claim) {
      log.add("claim " + claim.firstPass() + "-" + claim.lastPass());
      return CompletableFuture.completedFuture(null);
    }

    @Override
    public CompletableFuture<RoundResult> exchange(RoundRequest request) {
      log.add("round " + request.pass().pass());
      return answers.isEmpty()
          ? CompletableFuture.completedFuture(
              new RoundResult(request.pass(), request.round(), List.of()))
          : answers.remove(0);
    }

    @Override
    public void warmUp(Plan plan) {}

    @Override
    public CompletableFuture<Void> release(PassRelease release) {
      log.add("release " + release.firstFree());
      return CompletableFuture.completedFuture(null);
    }

    @Override
    public void close() {}
  }
}
