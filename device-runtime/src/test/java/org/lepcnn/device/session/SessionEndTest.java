/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.lepcnn.device.testkit.SessionFixture.failure;
import static org.lepcnn.device.testkit.SessionFixture.until;

import java.time.Duration;
import java.util.Collections;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.core.port.RoundResult;
import org.lepcnn.core.quant.NonFiniteActivationException;
import org.lepcnn.core.text.CapturedLog;
import org.lepcnn.device.claim.ClaimedPasses;
import org.lepcnn.device.pass.OwnParts;
import org.lepcnn.device.pass.PassResult;
import org.lepcnn.device.testkit.SessionFixture;
import org.lepcnn.device.testkit.SessionModel;

/** What a session closes when it ends, and what it must leave. */
class SessionEndTest {
  private static final Duration LONG = Duration.ofDays(1);

  private final CountDownLatch held = new CountDownLatch(1);

  @Test
  void aClose_closesAllThatIsTheSessions() {
    try (OwnParts own = new OwnParts();
        CapturedLog log = CapturedLog.of(PrivateSession.class)) {
      session(own, LONG).close();
      assertThat(log.warnings()).isEmpty();
      assertThat(own.worker.isTerminated()).isTrue();
      assertThat(own.modelIsClosed()).isTrue();
      assertThat(own.tables.closed).isTrue();
      assertThat(own.supply.closed).isTrue();
    }
  }

  @Test
  void aSecondClose_doesNothing() {
    try (OwnParts own = new OwnParts()) {
      PrivateSession session = session(own, LONG);
      session.close();
      own.tables.closed = false;
      session.close();
      assertThat(own.tables.closed).isFalse();
    }
  }

  @Test
  void whatIsLeftOfAClosedSession_sendsNothing() {
    try (OwnParts own = new OwnParts()) {
      session(own, LONG).close();
      assertThatThrownBy(own.gate::requireOpen)
          .isInstanceOf(EnvironmentException.class)
          .hasMessageContaining("it was closed");
    }
  }

  @Test
  void workersThatDoNotEndInTime_keepTheModelOpen() {
    try (OwnParts own = new OwnParts(OwnParts.neverEnding())) {
      session(own, LONG).close();
      assertThat(own.modelIsClosed()).isFalse();
      assertThat(own.tables.closed).isTrue();
    }
  }

  /** The values that are alive to the end: both outputs, and the copy of u for ONNX Runtime. */
  @Test
  void whatAPassHeldToItsEnd_isThereForTheNext() {
    try (OwnParts own = new OwnParts()) {
      PrivateSession session = session(own, LONG);
      SessionFixture.await(session.submit(SessionModel.inputs(1)));
      assertThat(own.tensorsOfUse(1, 7)).isEqualTo(3);
      session.close();
    }
  }

  @Test
  void whatAPassHeldWhenItFailed_isThereForTheNext() {
    try (OwnParts own = new OwnParts()) {
      PrivateSession session = session(own, LONG);
      CompletableFuture<PassResult> pass =
          session.submit(SessionModel.inputs(new float[90], Float.MIN_VALUE, 1));
      assertThat(failure(pass)).isInstanceOf(NonFiniteActivationException.class);
      assertThat(own.tensorsOfUse(1, 4, 6, 5)).as("a, b, t and what it divided").isEqualTo(4);
      session.close();
    }
  }

  /** A transport's answer that is broken in a way that nobody has thought of. */
  @Test
  void anAnswerThatBreaksTheDevicesCode_endsItsPass() {
    try (OwnParts own = new OwnParts()) {
      own.edge.forge =
          (request, result) ->
              new RoundResult(
                  result.pass(), result.round(), Collections.nCopies(result.layers().size(), null));
      PrivateSession session = session(own, LONG);
      assertThat(failure(session.submit(SessionModel.inputs(1))))
          .isInstanceOf(NullPointerException.class);
      assertThat(own.supply.outcomes).containsEntry(0L, "burned");
      session.close();
    }
  }

  @Test
  void aSessionThatNobodyGot_endsItsWorkersAndModel_andLeavesTheRestOpen() {
    try (OwnParts own = new OwnParts()) {
      session(own, LONG).discard();
      assertThat(own.worker.isTerminated()).isTrue();
      assertThat(own.modelIsClosed()).isTrue();
      assertThat(own.tables.closed).isFalse();
      assertThat(own.supply.closed).isFalse();
    }
  }

  @Test
  void aCloseWithoutPatience_waitsForNoPass_andBurnsIt() {
    try (OwnParts own = new OwnParts();
        CapturedLog log = CapturedLog.of(PrivateSession.class)) {
      PrivateSession session = session(own, Duration.ZERO);
      CompletableFuture<PassResult> pass = heldPass(own, session);
      session.close();
      assertThat(log.warnings()).containsExactly("Closed with 1 passes unfinished; they are lost");
      assertThat(failure(pass)).isInstanceOf(EnvironmentException.class);
      assertThat(own.supply.outcomes).containsEntry(0L, "burned");
      assertThat(own.modelIsClosed()).isTrue();
      held.countDown();
    }
  }

  @Test
  void anInterruptedClose_waitsNoLonger_andTheThreadStaysInterrupted() {
    try (OwnParts own = new OwnParts()) {
      PrivateSession session = session(own, LONG);
      CompletableFuture<PassResult> pass = heldPass(own, session);
      Thread.currentThread().interrupt();
      session.close();
      assertThat(Thread.interrupted()).isTrue();
      assertThat(failure(pass)).isInstanceOf(EnvironmentException.class);
      assertThat(own.tables.closed).isTrue();
      assertThat(own.supply.closed).isTrue();
      held.countDown();
    }
  }

  /** The last worker has ended all the same, so that nothing of the pass is in use any more. */
  @Test
  void aCloseThatIsInterruptedAsTheWorkersEnd_burnsThePass_andClosesTheModel() {
    try (OwnParts own = new OwnParts(OwnParts.endingWhenInterrupted())) {
      PrivateSession session = session(own, Duration.ZERO);
      assertThat(heldPass(own, session)).isNotDone();
      session.close();
      assertThat(Thread.interrupted()).isTrue();
      assertThat(own.supply.outcomes).containsEntry(0L, "burned");
      assertThat(own.modelIsClosed()).isTrue();
      held.countDown();
    }
  }

  /** It may be in the middle of a stage, in native code. */
  @Test
  void aWorkerThatDoesNotEnd_keepsItsPassAndTheModel() {
    try (OwnParts own = new OwnParts()) {
      PrivateSession session = session(own, LONG);
      CompletableFuture<PassResult> pass = heldPass(own, session);
      own.worker.execute(() -> SessionFixture.awaitLatch(held));
      Thread.currentThread().interrupt();
      session.close();
      assertThat(Thread.interrupted()).isTrue();
      assertThat(failure(pass)).isInstanceOf(EnvironmentException.class);
      assertThat(own.supply.outcomes).containsEntry(0L, "in flight");
      assertThat(own.modelIsClosed()).isFalse();
      assertThat(own.edge.releases).isEmpty();
      held.countDown();
    }
  }

  private static PrivateSession session(OwnParts own, Duration closeTimeout) {
    return new PrivateSession(
        new SessionResources(own.model, own.supply, own.tables, own.gate, own.worker),
        own.context,
        new ClaimedPasses(own.supply, own.tables, own.edge, own.gate, 4, own.worker),
        new SessionOptions(1, 4, 1, closeTimeout, Duration.ofDays(1)));
  }

  private CompletableFuture<PassResult> heldPass(OwnParts own, PrivateSession session) {
    own.edge.forge =
        (request, result) -> {
          SessionFixture.awaitLatch(held);
          return result;
        };
    CompletableFuture<PassResult> pass = session.submit(SessionModel.inputs(1));
    until(() -> !own.edge.seen.isEmpty());
    return pass;
  }
}
