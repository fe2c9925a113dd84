/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.claim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.lepcnn.device.testkit.SessionFixture.await;
import static org.lepcnn.device.testkit.SessionFixture.failure;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.device.supply.QuarantinedException;
import org.lepcnn.device.testkit.RecordingSupply;
import org.lepcnn.device.testkit.SessionModel;

/** What the gate lets through, and that nobody holds it longer than needed. */
class SendGateTest {
  private final List<String> log = new CopyOnWriteArrayList<>();
  private final RecordingSupply supply = new RecordingSupply(SessionModel.bundle(11), log);
  private final SendGate gate = new SendGate(supply, 2);

  @AfterEach
  void close() {
    supply.close();
  }

  @Test
  void anOpenGate_givesBackWhatTheSenderMade() {
    assertThat(gate.<String>send(() -> "answer")).isEqualTo("answer");
  }

  @Test
  void failuresBelowTheLimit_leaveItOpen_thatOfTheLimitQuarantinesTheEdge() {
    gate.recordFailure(new EnvironmentException("Forged."));
    assertThat(gate.<String>send(() -> "answer")).isEqualTo("answer");
    gate.recordFailure(new EnvironmentException("Forged."));
    assertThat(supply.integrityFailures()).isEqualTo(2);
    assertThatThrownBy(() -> gate.send(() -> log.add("sent")))
        .isInstanceOf(QuarantinedException.class)
        .hasMessageContaining("after 2 results")
        .hasMessageContaining("the limit is 2")
        .hasMessageContaining("lepcnn device lift-quarantine");
    assertThat(log).containsExactly("failure recorded", "failure recorded");
  }

  @Test
  void aShutGate_letsNothingThrough_onAnyThread() {
    gate.shut();
    assertThat(failure(CompletableFuture.supplyAsync(() -> gate.send(() -> log.add("sent")))))
        .isInstanceOf(EnvironmentException.class)
        .hasMessageContaining("closed");
    assertThat(log).isEmpty();
  }

  @Test
  void aFailureThatCannotBeRecorded_shutsItOnEveryThread() {
    supply.recordingFails = true;
    RuntimeException forged = new EnvironmentException("Forged.");
    gate.recordFailure(forged);
    assertThat(forged).hasSuppressedException(new EnvironmentException("Disk full."));
    assertThat(failure(CompletableFuture.supplyAsync(() -> gate.send(() -> log.add("sent")))))
        .isInstanceOf(EnvironmentException.class);
    assertThat(log).isEmpty();
  }

  @Test
  void aSender_holdsItNoLonger_whetherItSentOrFailed() {
    gate.send(() -> log.add("sent"));
    assertThatThrownBy(
            () ->
                gate.send(
                    () -> {
                      throw new EnvironmentException("No way to the edge.");
                    }))
        .hasMessage("No way to the edge.");
    await(
        CompletableFuture.runAsync(() -> gate.recordFailure(new EnvironmentException("Forged."))));
    await(CompletableFuture.runAsync(() -> gate.send(() -> log.add("sent later"))));
    assertThat(log).containsExactly("sent", "failure recorded", "sent later");
  }
}
