/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.pass;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.device.session.PrivateSessionTest;
import org.lepcnn.device.testkit.SessionFixture;
import org.lepcnn.device.testkit.SessionModel;

class PacerTest {
  @Test
  void delay_isTheRestOfTheInterval() {
    AtomicLong now = new AtomicLong(1_000);
    Pacer pacer = new Pacer(Duration.ofNanos(100), now::get);
    long begun = pacer.begin();
    assertThat(pacer.delayNanos(begun)).isZero();
    now.set(1_001);
    assertThat(pacer.delayNanos(begun)).isEqualTo(99);
    now.set(1_100);
    assertThat(pacer.delayNanos(begun)).isZero();
    now.set(1_250);
    assertThat(pacer.delayNanos(begun)).isEqualTo(50);
  }

  @Test
  void clockThatPassesItsLargestValue_changesNothing() {
    AtomicLong now = new AtomicLong(Long.MAX_VALUE - 10);
    Pacer pacer = new Pacer(Duration.ofNanos(100), now::get);
    long begun = pacer.begin();
    now.addAndGet(30);
    assertThat(pacer.delayNanos(begun)).isEqualTo(70);
  }

  @Test
  void withoutAPace_nothingWaits() {
    assertThat(new Pacer(Duration.ZERO).delayNanos(5)).isZero();
  }

  @Test
  void roundsOfAPacedPass_leaveNotBeforeTheirInterval_andTheAnswerIsTheSame() {
    long interval = Duration.ofMillis(60).toNanos();
    List<Long> sent = new CopyOnWriteArrayList<>();
    try (SessionFixture fixture =
        new SessionFixture(
            b ->
                b.pace(Duration.ofNanos(interval))
                    .observer(request -> sent.add(System.nanoTime())))) {
      long before = System.nanoTime();
      PassResult result = fixture.run(1);
      assertThat(sent.get(0) - before).isGreaterThanOrEqualTo(interval);
      assertThat(sent.get(1) - before).isGreaterThanOrEqualTo(2 * interval);
      PrivateSessionTest.assertSame(result.outputs(), fixture.plain(SessionModel.inputs(1)));
    }
  }

  @Test
  void negativePace_isRefused() {
    assertThatThrownBy(() -> new SessionFixture(b -> b.pace(Duration.ofNanos(-1))))
        .isInstanceOf(BadInputException.class);
  }
}
