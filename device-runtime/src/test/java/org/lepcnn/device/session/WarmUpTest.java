/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.device.pass.PassResult;
import org.lepcnn.device.testkit.SessionFixture;
import org.lepcnn.device.testkit.SessionModel;

class WarmUpTest {
  @Test
  void warmUp_usesNoPass_sendsNothing_andLeavesResultsExact() {
    AtomicInteger sent = new AtomicInteger();
    try (SessionFixture fixture =
        new SessionFixture(
            builder -> builder.observer(request -> sent.incrementAndGet()).warmUp())) {
      fixture.session.warmUp();
      assertThat(sent).hasValue(0);
      assertThat(fixture.edge.warmUps).as("at the opening, and once more").hasValue(2);
      assertThat(fixture.log).isEmpty();
      assertThat(fixture.edge.claims).isEmpty();
      assertThat(fixture.supply.outcomes).isEmpty();
      assertThat(fixture.supply.nextPass()).isZero();
      PassResult first = fixture.run(7);
      assertThat(first.pass()).isZero();
      PrivateSessionTest.assertSame(first.outputs(), fixture.plain(SessionModel.inputs(7)));
    }
  }

  @Test
  void warmUp_withoutTheIntegrityCheck_works() {
    try (SessionFixture fixture =
        new SessionFixture(builder -> builder.unsafelyWithoutIntegrityCheck().warmUp())) {
      PrivateSessionTest.assertSame(
          fixture.run(8).outputs(), fixture.plain(SessionModel.inputs(8)));
    }
  }

  @Test
  void warmUpOfAClosedSession_isRefused() {
    SessionFixture fixture = new SessionFixture();
    fixture.close();
    assertThatThrownBy(fixture.session::warmUp).isInstanceOf(EnvironmentException.class);
  }

  @Test
  void anOpeningWhoseWarmUpFails_leavesNoWorker_andSupplyAndTablesOpen() throws Exception {
    try (SessionFixture fixture = new SessionFixture()) {
      PrivateSessionBuilder other = fixture.builder(1).warmUp();
      Set<Thread> before = workers();
      fixture.edge.warmUpFailure = new EnvironmentException("no way to the edge");
      assertThatThrownBy(other::open).isSameAs(fixture.edge.warmUpFailure);
      for (Thread worker : workers()) {
        if (!before.contains(worker)) {
          worker.join(TimeUnit.SECONDS.toMillis(SessionFixture.WAIT_SECONDS));
          assertThat(worker.isAlive()).as(worker.getName()).isFalse();
        }
      }
      PrivateSessionTest.assertSame(
          fixture.run(9).outputs(), fixture.plain(SessionModel.inputs(9)));
    }
  }

  private static Set<Thread> workers() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith("lepcnn-pass-"))
        .collect(Collectors.toSet());
  }

  @Test
  void noWorkerThreads_areRefused() {
    try (SessionFixture fixture = new SessionFixture()) {
      PrivateSessionBuilder builder = fixture.builder(1);
      assertThatThrownBy(() -> builder.workerThreads(0))
          .isInstanceOf(BadInputException.class)
          .hasMessageContaining("at least 1 worker thread; found 0");
    }
  }
}
