/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.campaign.device;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.lepcnn.campaign.device.DeviceKill.Target;
import org.lepcnn.campaign.load.RequestAudit;

class DeviceKillReportTest {
  private static final RequestAudit CLEAN = new RequestAudit(100, 90, 10, 0);

  /** Begins at {@code first}, works on passes below {@code begun}, leaves {@code next}. */
  private static DeviceKill life(long pid, Target target, long first, long begun, long next) {
    return new DeviceKill(
        pid, target, Set.of(Target.SENDING), 1, 2, 0, 0, first, begun, begun, next);
  }

  private static DeviceKillReport report(DeviceKill... lives) {
    return new DeviceKillReport(1, 4, 3, List.of(lives), CLEAN);
  }

  @Test
  void killsThatCostAReservation_andOrderlyEndsThatCostNothing_hold() {
    DeviceKillReport report = report(life(7, Target.SENDING, 0, 4, 8), life(8, null, 8, 10, 10));
    assertThat(report.highestCost()).isEqualTo(4);
    assertThat(report.costOfOrderlyEnds()).isZero();
    assertThat(report.kills()).isEqualTo(1);
    assertThat(report.text()).endsWith("held");
    assertThat(report.json()).contains("\"holds\":true");
  }

  @Test
  void morePassesThanAReservation_orAnOrderlyEndThatCosts_doesNotHold() {
    assertThat(report(life(7, Target.SENDING, 0, 3, 8)).holds()).isFalse();
    assertThat(report(life(7, Target.SENDING, 0, 4, 8), life(8, null, 8, 10, 11)).holds())
        .isFalse();
  }

  @Test
  void passesBegunAndNotSent_areInFlight_andNoMore() {
    assertThat(report(interrupted(3)).holds()).isTrue();
    assertThat(report(interrupted(4)).holds()).isFalse();
  }

  private static DeviceKill interrupted(int passes) {
    return new DeviceKill(
        7, Target.RESERVING, Set.of(Target.RESERVING), 1, 0, 0, 0, 0, 8, 8 - passes, 8);
  }

  @Test
  void passesThrownAway_cost() {
    DeviceKill wasteful = new DeviceKill(7, null, Set.of(), 0, 2, 0, 2, 0, 4, 2, 4);
    assertThat(wasteful.cost()).isEqualTo(2);
    assertThat(report(life(6, Target.SENDING, 0, 0, 0), wasteful).holds()).isFalse();
  }

  @Test
  void aLifeThatGoesBack_orIsTheSameProcess_doesNotHold() {
    DeviceKill first = life(7, Target.SENDING, 0, 4, 4);
    assertThat(report(first, life(8, Target.SENDING, 3, 5, 8)).holds()).isFalse();
    assertThat(report(first, life(7, Target.SENDING, 4, 6, 8)).holds()).isFalse();
    assertThat(
            report(first, life(8, Target.SENDING, 4, 6, 8), life(7, Target.SENDING, 8, 9, 12))
                .holds())
        .describedAs("process ids are given again")
        .isTrue();
  }

  @Test
  void oneIdWithTwoPayloads_doesNotHold() {
    assertThat(
            new DeviceKillReport(
                    1,
                    4,
                    3,
                    List.of(life(7, Target.SENDING, 0, 4, 4)),
                    new RequestAudit(100, 90, 9, 1))
                .holds())
        .isFalse();
  }
}
