/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.lepcnn.flink.testkit.Requests.INSTANCE;
import static org.lepcnn.flink.testkit.Requests.OTHER_INSTANCE;

import org.junit.jupiter.api.Test;
import org.lepcnn.core.model.Fingerprint;
import org.lepcnn.core.port.ChainId;
import org.lepcnn.core.port.EdgeErrorCode;
import org.lepcnn.core.port.InstanceId;
import org.lepcnn.flink.record.RequestHeader;
import org.lepcnn.flink.testkit.Requests;

class ReplayGuardTest {
  private static final Fingerprint MODEL = Fingerprint.of(new byte[32]);
  private final DeviceGuard device = new DeviceGuard();
  private final ReplayGuard guard = new ReplayGuard(new GuardLimits(2, 1_000));

  private EdgeErrorCode claim(InstanceId instance, long first, long last) {
    return guard.claim(device, Requests.claimHeader("d", MODEL, instance, first, last)).refusal();
  }

  private EdgeErrorCode release(InstanceId instance, long firstFree) {
    return guard.release(device, Requests.releaseHeader("d", MODEL, instance, firstFree)).refusal();
  }

  private EdgeErrorCode round(InstanceId instance, long pass, int round, long digest) {
    return guard
        .round(device, Requests.roundHeader("d", MODEL, instance, pass, round), digest)
        .refusal();
  }

  @Test
  void roundWithoutAClaim_isNotClaimed() {
    assertThat(round(INSTANCE, 0, 0, 1)).isEqualTo(EdgeErrorCode.NOT_CLAIMED);
  }

  @Test
  void roundsWithinTheClaim_areAccepted_outsideNotClaimed() {
    assertThat(claim(INSTANCE, 5, 9)).isNull();
    assertThat(round(INSTANCE, 5, 0, 1)).isNull();
    assertThat(round(INSTANCE, 9, 0, 1)).isNull();
    assertThat(round(INSTANCE, 10, 0, 1)).isEqualTo(EdgeErrorCode.NOT_CLAIMED);
    assertThat(round(INSTANCE, 4, 0, 1)).isEqualTo(EdgeErrorCode.NOT_CLAIMED);
  }

  @Test
  void sameInstance_mayRepeatAndWidenItsClaim() {
    assertThat(claim(INSTANCE, 0, 9)).isNull();
    assertThat(claim(INSTANCE, 0, 9)).isNull();
    assertThat(claim(INSTANCE, 10, 19)).isNull();
    assertThat(round(INSTANCE, 3, 0, 1)).isNull();
    assertThat(round(INSTANCE, 19, 0, 1)).isNull();
  }

  @Test
  void anotherInstance_mustStartAboveEverythingClaimed() {
    claim(INSTANCE, 0, 9);
    assertThat(claim(OTHER_INSTANCE, 9, 20)).isEqualTo(EdgeErrorCode.CLAIMED_BY_ANOTHER_INSTANCE);
    assertThat(claim(OTHER_INSTANCE, 10, 20)).isNull();
    assertThat(round(OTHER_INSTANCE, 10, 0, 1)).isNull();
  }

  @Test
  void formerInstance_isRefusedAfterAHandOver() {
    claim(INSTANCE, 0, 9);
    claim(OTHER_INSTANCE, 10, 19);
    assertThat(round(INSTANCE, 3, 0, 1)).isEqualTo(EdgeErrorCode.CLAIMED_BY_ANOTHER_INSTANCE);
    assertThat(round(INSTANCE, 12, 0, 1)).isEqualTo(EdgeErrorCode.CLAIMED_BY_ANOTHER_INSTANCE);
    assertThat(round(INSTANCE, 25, 0, 1)).isEqualTo(EdgeErrorCode.NOT_CLAIMED);
    assertThat(claim(INSTANCE, 0, 9)).isEqualTo(EdgeErrorCode.CLAIMED_BY_ANOTHER_INSTANCE);
  }

  @Test
  void newInstance_cannotWidenDownIntoWhatTheFormerClaimed() {
    claim(INSTANCE, 0, 9);
    claim(OTHER_INSTANCE, 10, 19);
    assertThat(claim(OTHER_INSTANCE, 9, 19)).isEqualTo(EdgeErrorCode.CLAIMED_BY_ANOTHER_INSTANCE);
    assertThat(round(OTHER_INSTANCE, 9, 0, 1)).isEqualTo(EdgeErrorCode.NOT_CLAIMED);
  }

  @Test
  void identicalRepeat_isAcceptedAgain_differentOneSuspected() {
    claim(INSTANCE, 0, 9);
    assertThat(round(INSTANCE, 1, 0, 77)).isNull();
    assertThat(round(INSTANCE, 1, 0, 77)).isNull();
    assertThat(round(INSTANCE, 1, 0, 78)).isEqualTo(EdgeErrorCode.MASK_REUSE_SUSPECTED);
    assertThat(round(INSTANCE, 1, 0, 77)).isNull();
  }

  @Test
  void earlierRoundOfAPass_isStale() {
    claim(INSTANCE, 0, 9);
    round(INSTANCE, 1, 0, 1);
    assertThat(round(INSTANCE, 1, 1, 2)).isNull();
    assertThat(round(INSTANCE, 1, 0, 1)).isEqualTo(EdgeErrorCode.STALE);
  }

  @Test
  void windowOf64_dropsTheLowestPassAndRaisesTheFloor() {
    claim(INSTANCE, 0, 999);
    for (int pass = 0; pass < 64; pass++) {
      assertThat(round(INSTANCE, pass, 0, pass)).isNull();
    }
    assertThat(round(INSTANCE, 0, 0, 0)).isNull();
    assertThat(round(INSTANCE, 64, 0, 64)).isNull();
    assertThat(round(INSTANCE, 0, 0, 0)).isEqualTo(EdgeErrorCode.STALE);
    assertThat(round(INSTANCE, 1, 0, 1)).isNull();
  }

  @Test
  void passBelowAFullWindow_isStale() {
    claim(INSTANCE, 0, 999);
    for (int pass = 100; pass < 164; pass++) {
      round(INSTANCE, pass, 0, pass);
    }
    assertThat(round(INSTANCE, 50, 0, 1)).isEqualTo(EdgeErrorCode.STALE);
    assertThat(round(INSTANCE, 100, 0, 100)).isNull();
  }

  @Test
  void jumpsAndLengthsBeyondTheBound_areOutOfRange() {
    assertThat(claim(INSTANCE, 0, 1_000)).isEqualTo(EdgeErrorCode.PASS_OUT_OF_RANGE);
    assertThat(claim(INSTANCE, 0, 999)).isNull();
    assertThat(claim(INSTANCE, 2_000, 2_001)).isEqualTo(EdgeErrorCode.PASS_OUT_OF_RANGE);
    assertThat(claim(OTHER_INSTANCE, 1_999, 2_001)).isNull();
    assertThat(claim(INSTANCE, Long.MAX_VALUE, Long.MAX_VALUE))
        .isEqualTo(EdgeErrorCode.PASS_OUT_OF_RANGE);
  }

  @Test
  void refusedClaim_changesNothing() {
    claim(INSTANCE, 0, 9);
    claim(OTHER_INSTANCE, 5, 12);
    claim(OTHER_INSTANCE, 5_000, 5_001);
    assertThat(round(INSTANCE, 5, 0, 1)).isNull();
  }

  @Test
  void releasedPasses_mayBeClaimedByTheNextInstance_andTheFormerOneIsRefusedThere() {
    claim(INSTANCE, 0, 9);
    round(INSTANCE, 3, 0, 1);
    assertThat(release(INSTANCE, 4)).isNull();
    assertThat(round(INSTANCE, 4, 0, 1)).isEqualTo(EdgeErrorCode.NOT_CLAIMED);
    assertThat(round(INSTANCE, 3, 0, 1)).isNull();
    assertThat(round(INSTANCE, 2, 0, 1)).isNull();
    assertThat(claim(OTHER_INSTANCE, 3, 9)).isEqualTo(EdgeErrorCode.CLAIMED_BY_ANOTHER_INSTANCE);
    assertThat(claim(OTHER_INSTANCE, 4, 9)).isNull();
    assertThat(round(OTHER_INSTANCE, 4, 0, 2)).isNull();
    assertThat(round(INSTANCE, 3, 0, 1)).isEqualTo(EdgeErrorCode.CLAIMED_BY_ANOTHER_INSTANCE);
  }

  @Test
  void repeatedRelease_isAcceptedAgain_andALateRepetitionOfTheClaimUndoesNothing() {
    claim(INSTANCE, 0, 9);
    assertThat(release(INSTANCE, 4)).isNull();
    assertThat(release(INSTANCE, 4)).isNull();
    assertThat(claim(INSTANCE, 0, 9)).isEqualTo(EdgeErrorCode.STALE);
    assertThat(claim(INSTANCE, 10, 19)).isEqualTo(EdgeErrorCode.STALE);
    assertThat(claim(OTHER_INSTANCE, 4, 9)).isNull();
  }

  @Test
  void releaseThatComesAgainAfterAHandOver_changesNothing() {
    claim(INSTANCE, 0, 9);
    release(INSTANCE, 4);
    claim(OTHER_INSTANCE, 4, 13);
    assertThat(release(INSTANCE, 4)).isEqualTo(EdgeErrorCode.CLAIMED_BY_ANOTHER_INSTANCE);
    assertThat(release(INSTANCE, 8)).isEqualTo(EdgeErrorCode.CLAIMED_BY_ANOTHER_INSTANCE);
    assertThat(round(OTHER_INSTANCE, 13, 0, 1)).isNull();
    assertThat(release(OTHER_INSTANCE, 14)).isNull();
  }

  @Test
  void passThatWasSeen_cannotBeReleased() {
    claim(INSTANCE, 0, 9);
    round(INSTANCE, 6, 0, 1);
    assertThat(release(INSTANCE, 6)).isEqualTo(EdgeErrorCode.MASK_REUSE_SUSPECTED);
    assertThat(release(INSTANCE, 0)).isEqualTo(EdgeErrorCode.MASK_REUSE_SUSPECTED);
    assertThat(round(INSTANCE, 9, 0, 1)).isNull();
    assertThat(claim(OTHER_INSTANCE, 6, 9)).isEqualTo(EdgeErrorCode.CLAIMED_BY_ANOTHER_INSTANCE);
  }

  @Test
  void passThatLeftTheWindow_cannotBeReleasedEither() {
    claim(INSTANCE, 0, 999);
    for (int pass = 0; pass < 200; pass++) {
      round(INSTANCE, pass, 0, pass);
    }
    assertThat(release(INSTANCE, 199)).isEqualTo(EdgeErrorCode.MASK_REUSE_SUSPECTED);
    assertThat(release(INSTANCE, 200)).isNull();
  }

  @Test
  void releaseOfWhatWasNotClaimed_isRefused() {
    assertThat(release(INSTANCE, 0)).isEqualTo(EdgeErrorCode.NOT_CLAIMED);
    claim(INSTANCE, 5, 9);
    assertThat(release(INSTANCE, 11)).isEqualTo(EdgeErrorCode.NOT_CLAIMED);
    assertThat(release(OTHER_INSTANCE, 7)).isEqualTo(EdgeErrorCode.CLAIMED_BY_ANOTHER_INSTANCE);
    assertThat(release(INSTANCE, 4)).isEqualTo(EdgeErrorCode.MASK_REUSE_SUSPECTED);
    assertThat(round(INSTANCE, 9, 0, 1)).isNull();
  }

  @Test
  void wholeClaim_mayBeReleased() {
    claim(INSTANCE, 0, 9);
    assertThat(release(INSTANCE, 0)).isNull();
    assertThat(round(INSTANCE, 0, 0, 1)).isEqualTo(EdgeErrorCode.NOT_CLAIMED);
    assertThat(claim(OTHER_INSTANCE, 0, 9)).isNull();
  }

  @Test
  void chainsBeyondTheLimit_forgetTheLeastRecentlyClaimed() {
    claimChain(1);
    claimChain(2);
    claimChain(1);
    claimChain(3);
    assertThat(device.chains()).extracting(ChainGuard::chain).containsExactly(chain(1), chain(3));
  }

  private void claimChain(int number) {
    RequestHeader header = Requests.claimHeader("d", MODEL, INSTANCE, 0, 9);
    guard.claim(
        device,
        new RequestHeader(
            header.topic(),
            0,
            0,
            "d",
            chain(number),
            MODEL,
            0,
            9,
            RequestHeader.CLAIM,
            INSTANCE,
            Long.MAX_VALUE));
  }

  private static ChainId chain(int number) {
    return new ChainId(0, number);
  }
}
