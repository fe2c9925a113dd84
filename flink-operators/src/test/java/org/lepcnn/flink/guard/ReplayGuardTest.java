/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.lepcnn.flink.testkit.Requests.INSTANCE;
import static org.lepcnn.flink.testkit.Requests.OTHER_INSTANCE;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.lepcnn.core.model.Fingerprint;
import org.lepcnn.core.port.ChainId;
import org.lepcnn.core.port.EdgeCall;
import org.lepcnn.core.port.EdgeErrorCode;
import org.lepcnn.core.port.InstanceId;
import org.lepcnn.core.port.PassClaim;
import org.lepcnn.core.port.PassId;
import org.lepcnn.core.port.PassRelease;
import org.lepcnn.core.port.PassRound;
import org.lepcnn.flink.quota.Allowed;
import org.lepcnn.flink.quota.Enrolment;
import org.lepcnn.flink.testkit.Requests;

class ReplayGuardTest {
  private static final Fingerprint MODEL = Fingerprint.of(new byte[32]);
  private static final Fingerprint OTHER_MODEL = Fingerprint.combine(new byte[1], new byte[1]);

  private final DeviceGuard device = new DeviceGuard();
  private final ReplayGuard guard = new ReplayGuard(new GuardLimits(2, 3, 1_000));

  private EdgeErrorCode claim(InstanceId instance, long first, long last) {
    return code(claim(Requests.claimCall("d", MODEL, instance, first, last)));
  }

  /** Null when accepted. */
  private static EdgeErrorCode code(Verdict verdict) {
    return verdict.accepted() ? null : verdict.refusal().code();
  }

  private Verdict claim(PassClaim claim) {
    return guard.claim(device, claim, ExcludedChains.NONE);
  }

  private Verdict judge(EdgeCall call, long digest) {
    return guard.judge(device, call, digest, ExcludedChains.NONE);
  }

  private EdgeErrorCode release(InstanceId instance, long firstFree) {
    return code(guard.release(device, Requests.releaseCall("d", MODEL, instance, firstFree)));
  }

  private EdgeErrorCode round(InstanceId instance, long pass, int round, long digest) {
    return code(guard.round(device, Requests.roundCall("d", MODEL, instance, pass, round), digest));
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

  /** Up to the last pass of the claim the chain is another one's; what is above nobody claimed. */
  @Test
  void whoNeverClaimed_isToldWhetherAnotherDid() {
    claim(INSTANCE, 5, 9);
    assertThat(round(OTHER_INSTANCE, 9, 0, 1)).isEqualTo(EdgeErrorCode.CLAIMED_BY_ANOTHER_INSTANCE);
    assertThat(round(OTHER_INSTANCE, 10, 0, 1)).isEqualTo(EdgeErrorCode.NOT_CLAIMED);
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
  void requestIsJudged_asWhatItIs() {
    EdgeCall round = Requests.roundCall("d", MODEL, INSTANCE, 0, 0);
    assertThat(code(judge(round, 7))).isEqualTo(EdgeErrorCode.NOT_CLAIMED);
    EdgeCall claim = Requests.claimCall("d", MODEL, INSTANCE, 0, 9);
    assertThat(judge(claim, 0)).isEqualTo(Verdict.ACCEPTED);
    assertThat(judge(round, 7)).isEqualTo(Verdict.ACCEPTED);
    assertThat(code(judge(round, 8))).isEqualTo(EdgeErrorCode.MASK_REUSE_SUSPECTED);
    EdgeCall release = Requests.releaseCall("d", MODEL, INSTANCE, 1);
    assertThat(judge(release, 0)).isEqualTo(Verdict.ACCEPTED);
    assertThat(claim(OTHER_INSTANCE, 1, 9)).isNull();
  }

  @Test
  void chainBeyondTheLimit_isRefused_andNoneIsForgotten() {
    assertThat(claimChain(1, MODEL, ExcludedChains.NONE)).isNull();
    assertThat(claimChain(2, MODEL, ExcludedChains.NONE)).isNull();
    assertThat(claimChain(3, MODEL, ExcludedChains.NONE)).isEqualTo(EdgeErrorCode.TOO_MANY_CHAINS);
    assertThat(claimChain(1, MODEL, ExcludedChains.NONE)).as("a repetition").isNull();
    assertThat(code(claim(claim(1, MODEL, OTHER_INSTANCE))))
        .as("a copy of the state of the oldest chain")
        .isEqualTo(EdgeErrorCode.CLAIMED_BY_ANOTHER_INSTANCE);
    assertThat(claim(claim(3, MODEL, INSTANCE)).refusal().detail())
        .contains("device d has 2 of model 00000000", "lepcnn devices enrol d --chain");
  }

  @Test
  void everyModelHasItsOwnRoom_upToThatOfTheDevice() {
    claimChain(1, MODEL, ExcludedChains.NONE);
    claimChain(2, MODEL, ExcludedChains.NONE);
    assertThat(claimChain(3, OTHER_MODEL, ExcludedChains.NONE)).isNull();
    assertThat(claimChain(4, OTHER_MODEL, ExcludedChains.NONE))
        .isEqualTo(EdgeErrorCode.TOO_MANY_CHAINS);
  }

  @Test
  void chainsThatTheEnrolmentExcludes_giveWay_andStayRefusedWhateverIsEnrolledLater() {
    claimChain(1, MODEL, ExcludedChains.NONE);
    claimChain(2, MODEL, ExcludedChains.NONE);
    assertThat(claimChain(3, MODEL, allBut(2, 3))).isNull();
    assertThat(device.chains()).extracting(ChainGuard::chain).containsExactly(chain(2), chain(3));
    assertThat(claimChain(1, MODEL, ExcludedChains.NONE)).isEqualTo(EdgeErrorCode.CHAIN_RETIRED);
    assertThat(claimChain(1, OTHER_MODEL, ExcludedChains.NONE))
        .isEqualTo(EdgeErrorCode.CHAIN_RETIRED);
    PassRound round = new PassRound(new PassId("d", chain(1), MODEL, 0), 0, INSTANCE);
    assertThat(code(guard.round(device, round, 1))).isEqualTo(EdgeErrorCode.CHAIN_RETIRED);
    PassRelease release = new PassRelease("d", chain(1), MODEL, 0, INSTANCE);
    assertThat(code(guard.release(device, release))).isEqualTo(EdgeErrorCode.CHAIN_RETIRED);
  }

  @Test
  void chainsGiveWay_onlyWhereThereIsNoRoomOtherwise_andWhereThatMakesRoom() {
    claimChain(1, MODEL, ExcludedChains.NONE);
    assertThat(claimChain(2, MODEL, allBut(2))).isNull();
    claimChain(3, OTHER_MODEL, ExcludedChains.NONE);
    assertThat(device.chains()).as("as long as there is room").hasSize(3);
    assertThat(claimChain(4, OTHER_MODEL, allBut(2, 3, 4))).as("chain 1 gives way").isNull();
    assertThat(claimChain(5, OTHER_MODEL, allBut(3, 4, 5)))
        .as("what would give way makes no room for this model")
        .isEqualTo(EdgeErrorCode.TOO_MANY_CHAINS);
    assertThat(device.retired()).containsExactly(chain(1));
  }

  @Test
  void chainOfAModelThatTheDeviceMayNotUseAnyMore_givesWay_whenTheDeviceIsFull() {
    claimChain(1, MODEL, ExcludedChains.NONE);
    claimChain(2, MODEL, ExcludedChains.NONE);
    claimChain(3, OTHER_MODEL, ExcludedChains.NONE);
    Enrolment other = new Enrolment("gw", List.of(OTHER_MODEL), 0, 0, false);
    assertThat(claimChain(4, OTHER_MODEL, ExcludedChains.by(other))).isNull();
    assertThat(device.chains()).extracting(ChainGuard::chain).containsExactly(chain(3), chain(4));
  }

  @Test
  void namesOfRetiredChains_areBounded() {
    claimChain(1, MODEL, ExcludedChains.NONE);
    claimChain(2, MODEL, ExcludedChains.NONE);
    for (int i = 0; i < DeviceGuard.MOST_RETIRED; i++) {
      device.addRetired(chain(100 + i));
    }
    Verdict verdict = guard.claim(device, claim(3, MODEL, INSTANCE), allBut(3));
    assertThat(verdict.refusal().code()).isEqualTo(EdgeErrorCode.TOO_MANY_CHAINS);
    assertThat(verdict.refusal().detail()).contains("another id");
    assertThat(device.chains()).hasSize(2);
  }

  @Test
  void theLastPlaceForARetiredName_isUsed_andNoChainGivesWayThatHasNone() {
    claimChain(1, MODEL, ExcludedChains.NONE);
    claimChain(2, MODEL, ExcludedChains.NONE);
    for (int i = 0; i < DeviceGuard.MOST_RETIRED - 1; i++) {
      device.addRetired(chain(100 + i));
    }
    assertThat(claimChain(3, MODEL, allBut(3)))
        .as("two would give way, and there is one place")
        .isEqualTo(EdgeErrorCode.TOO_MANY_CHAINS);
    assertThat(device.chains()).extracting(ChainGuard::chain).containsExactly(chain(1), chain(2));
    assertThat(claimChain(3, MODEL, allBut(2, 3))).isNull();
    assertThat(device.chains()).extracting(ChainGuard::chain).containsExactly(chain(2), chain(3));
    assertThat(device.retired()).hasSize(DeviceGuard.MOST_RETIRED).contains(chain(1));
  }

  @Test
  void chainBeyondTheLimit_isToldHowManyOfItsModelThereAre() {
    claimChain(1, MODEL, ExcludedChains.NONE);
    claimChain(2, MODEL, ExcludedChains.NONE);
    claimChain(3, OTHER_MODEL, ExcludedChains.NONE);
    Verdict verdict = claim(claim(4, OTHER_MODEL, INSTANCE));
    assertThat(verdict.refusal().code()).isEqualTo(EdgeErrorCode.TOO_MANY_CHAINS);
    assertThat(verdict.refusal().detail())
        .contains(
            "2 chains of a model and 3 of a device",
            "has 1 of model " + OTHER_MODEL.shortName() + ", 3 in all");
  }

  private EdgeErrorCode claimChain(int number, Fingerprint model, ExcludedChains excluded) {
    return code(guard.claim(device, claim(number, model, INSTANCE), excluded));
  }

  private static PassClaim claim(int number, Fingerprint model, InstanceId instance) {
    return new PassClaim("d", chain(number), model, 0, 9, instance);
  }

  private static ExcludedChains allBut(int... numbers) {
    List<ChainId> chains = Arrays.stream(numbers).mapToObj(ReplayGuardTest::chain).toList();
    return ExcludedChains.by(new Enrolment("gw", Allowed.all(), Allowed.only(chains), 0, 0, false));
  }

  private static ChainId chain(int number) {
    return new ChainId(0, number);
  }
}
