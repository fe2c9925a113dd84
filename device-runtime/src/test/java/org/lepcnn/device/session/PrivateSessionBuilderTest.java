/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.lepcnn.core.text.CapturedLog;
import org.lepcnn.device.pass.PassTimings;
import org.lepcnn.device.testkit.SessionFixture;

class PrivateSessionBuilderTest {
  @Test
  void workers_neverKeepTheProcessAlive_andHaveNamesOfTheirOwn() {
    List<Thread> threads = new CopyOnWriteArrayList<>();
    try (SessionFixture fixture =
        new SessionFixture(
            b -> b.workerThreads(1).observer(request -> threads.add(Thread.currentThread())))) {
      fixture.run(1);
    }
    assertThat(threads)
        .hasSize(2)
        .allMatch(Thread::isDaemon)
        .allMatch(thread -> thread.getName().equals("lepcnn-pass-1"));
  }

  @Test
  void withoutAPace_andWithoutAWarmUp_nothingIsDoneBeforehand() {
    try (SessionFixture fixture = new SessionFixture(b -> b.pace(Duration.ZERO))) {
      assertThat(fixture.edge.warmUps).hasValue(0);
      assertThat(fixture.run(1).rounds()).isEqualTo(2);
    }
  }

  @Test
  void arraysOfAPass_serveTheNext_howeverManyMayBeInFlight() {
    List<int[]> arrays = new CopyOnWriteArrayList<>();
    try (SessionFixture fixture =
        new SessionFixture(
            b ->
                b.passesInFlight(4)
                    .observer(request -> arrays.add(request.tensors().get(0).residues())))) {
      fixture.run(1);
      fixture.run(2);
    }
    assertThat(arrays).hasSize(4);
    assertThat(arrays.subList(2, 4))
        .allMatch(array -> array == arrays.get(0) || array == arrays.get(1));
  }

  @Test
  void withoutTheCheck_theLogSaysWhatIsLost() {
    try (CapturedLog log = CapturedLog.of(PrivateSession.class)) {
      new SessionFixture().close();
      assertThat(log.warnings()).isEmpty();
      new SessionFixture(PrivateSessionBuilder::unsafelyWithoutIntegrityCheck).close();
      assertThat(log.warnings())
          .singleElement()
          .asString()
          .contains("integrity check is off", "wrong results are not noticed");
    }
  }

  @Test
  void withoutTheCheck_aPassStillTellsWhatItsValidationTook() {
    try (SessionFixture fixture =
        new SessionFixture(PrivateSessionBuilder::unsafelyWithoutIntegrityCheck)) {
      PassTimings timings = fixture.run(1).timings();
      assertThat(timings.checkNanos()).isPositive().isLessThan(timings.totalNanos());
    }
  }
}
