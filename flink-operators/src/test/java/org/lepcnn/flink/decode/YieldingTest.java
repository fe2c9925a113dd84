/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.decode;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.lepcnn.core.model.Fingerprint;
import org.lepcnn.flink.record.RoundKey;
import org.lepcnn.flink.testkit.Requests;

/** Which round yields to which, one decision at a time. */
class YieldingTest {
  private static final Fingerprint MODEL = Fingerprint.of(new byte[32]);
  private static final String HOME = "lepcnn.requests.home";
  private static final String OTHER = "lepcnn.requests.other";
  private static final String THIRD = "lepcnn.requests.third";
  private static final long SHELTER = 10;

  private final MemoryShares shares = new MemoryShares(SHELTER);

  private static RoundKey round(String topic, String device, long pass) {
    return new RoundKey(topic, Requests.roundCall(device, MODEL, Requests.INSTANCE, pass, 0));
  }

  private RoundKey begin(String topic, String device, long pass, long bytes, long now) {
    RoundKey round = round(topic, device, pass);
    shares.add(round, bytes, now);
    return round;
  }

  @Test
  void whatIsHeld_isCountedInAllAndByDevice_untilItIsGivenBack() {
    RoundKey first = begin(HOME, "a", 0, 100, 0);
    RoundKey second = begin(HOME, "a", 1, 30, 0);
    RoundKey elsewhere = begin(OTHER, "a", 0, 7, 0);
    shares.add(first, 11, 5);
    assertThat(shares.bytes()).isEqualTo(148);
    assertThat(shares.bytesOfDevice(first)).isEqualTo(141);
    assertThat(shares.bytesOfDevice(elsewhere)).isEqualTo(7);
    assertThat(shares.bytesOfDevice(round(HOME, "b", 0))).isZero();
    assertThat(shares.bytesOfDevice(round(THIRD, "a", 0))).isZero();
    assertThat(shares.oldestBeside(round(HOME, "a", 9))).isEqualTo(first);
    assertThat(shares.oldestBeside(first)).isEqualTo(second);
    shares.remove(first);
    assertThat(shares.bytes()).isEqualTo(37);
    assertThat(shares.bytesOfDevice(second)).isEqualTo(30);
    shares.remove(second);
    shares.remove(elsewhere);
    assertThat(shares.bytes()).isZero();
    assertThat(shares.bytesOfDevice(second)).isZero();
  }

  @Test
  void aGatewayYields_onlyToOneThatWouldHoldLess() {
    begin(HOME, "a", 0, 60, 0);
    RoundKey newest = begin(HOME, "a", 1, 40, 0);
    RoundKey small = begin(OTHER, "b", 0, 30, 0);
    assertThat(shares.yielding(small, 70, 0)).as("as much").isNull();
    assertThat(shares.yielding(small, 69, 0)).as("one less").isEqualTo(newest);
    RoundKey begins = round(THIRD, "c", 0);
    assertThat(shares.yielding(begins, 100, 0)).isNull();
    assertThat(shares.yielding(begins, 99, 0)).isEqualTo(newest);
  }

  @Test
  void theLargestGateway_yieldsFirst_inItTheLargestDevice() {
    begin(HOME, "a", 0, 10, 0);
    RoundKey ofLargest = begin(HOME, "b", 0, 90, 0);
    begin(OTHER, "c", 0, 10, 0);
    RoundKey ofSecond = begin(OTHER, "d", 0, 80, 0);
    RoundKey begins = round(THIRD, "e", 0);
    assertThat(shares.yielding(begins, 5, 0)).isEqualTo(ofLargest);
    shares.remove(ofLargest);
    assertThat(shares.yielding(begins, 5, 0)).isEqualTo(ofSecond);
  }

  @Test
  void theRoundThatAGatewayBeganFirst_yieldsToNoOther_forAsLongAsItsShelter() {
    RoundKey first = begin(HOME, "a", 0, 100, 0);
    RoundKey begins = round(OTHER, "b", 0);
    assertThat(shares.yielding(begins, 50, SHELTER - 1)).isNull();
    assertThat(shares.yielding(begins, 50, SHELTER)).isEqualTo(first);
    RoundKey second = begin(HOME, "c", 0, 20, 0);
    assertThat(shares.yielding(begins, 50, 0))
        .as("of the smaller device, for the larger one's is sheltered")
        .isEqualTo(second);
  }

  @Test
  void withoutAShelter_aRoundTakesFromWhoHoldsMoreInItsGateway_andFromNobodyElse() {
    RoundKey large = begin(HOME, "large", 0, 60, 0);
    RoundKey small = begin(HOME, "small", 0, 10, 0);
    assertThat(shares.yielding(small, 50, SHELTER)).as("as much").isNull();
    assertThat(shares.yielding(small, 49, SHELTER)).as("one less").isEqualTo(large);
    assertThat(shares.yielding(large, 1, SHELTER)).isNull();
    assertThat(shares.yielding(small, 49, SHELTER - 1)).as("both are sheltered").isNull();
  }

  @Test
  void aRoundThatIsNotItsDevicesFirst_isNotSheltered_andTakesNothingOfItsOwnDevice() {
    begin(HOME, "a", 0, 60, 0);
    RoundKey second = begin(HOME, "a", 1, 10, 0);
    begin(HOME, "b", 0, 20, 0);
    RoundKey unsheltered = begin(HOME, "b", 1, 20, 0);
    assertThat(shares.yielding(second, 5, 0)).isNull();
    assertThat(shares.yielding(unsheltered, 5, 0))
        .as("the newest of who holds most")
        .isEqualTo(second);
  }

  @Test
  void aShelteredRound_takesFromSmallerOnesThatAreNot_itsOwnDevicesToo() {
    begin(HOME, "a", 0, 20, 0);
    begin(HOME, "b", 0, 60, 0);
    RoundKey begins = round(HOME, "c", 0);
    assertThat(shares.yielding(begins, 500, SHELTER - 1)).as("all are sheltered").isNull();
    assertThat(shares.yielding(begins, 500, SHELTER)).isEqualTo(round(HOME, "b", 0));
    RoundKey late = begin(HOME, "d", 0, 200, SHELTER - 1);
    RoundKey second = begin(HOME, "d", 1, 5, SHELTER - 1);
    assertThat(shares.yielding(late, 500, SHELTER - 1)).as("its own").isEqualTo(second);
    shares.remove(second);
    assertThat(shares.yielding(late, 500, SHELTER)).isEqualTo(round(HOME, "b", 0));
  }

  @Test
  void amongShelteredRoundsOfAGateway_theLatestYields_neverToALaterOne() {
    RoundKey first = begin(HOME, "a", 0, 10, 0);
    RoundKey second = begin(HOME, "b", 0, 10, 0);
    RoundKey third = begin(HOME, "c", 0, 10, 0);
    begin(OTHER, "d", 0, 10, 0);
    assertThat(shares.yielding(first, 5, 0)).isEqualTo(third);
    assertThat(shares.yielding(second, 5, 0)).isEqualTo(third);
    assertThat(shares.yielding(third, 5, 0)).as("another gateway's began later still").isNull();
    assertThat(shares.yielding(first, 5, SHELTER)).as("its shelter is over").isNull();
  }

  @Test
  void theOnlyRoundOfAGateway_takesFromTheGatewayThatBeganLast_ifThatWasLater() {
    RoundKey first = begin(HOME, "a", 0, 10, 0);
    RoundKey second = begin(OTHER, "b", 0, 10, 0);
    RoundKey third = begin(THIRD, "c", 0, 10, 0);
    assertThat(shares.yielding(first, 5, 0)).isEqualTo(third);
    assertThat(shares.yielding(second, 5, 0)).isEqualTo(third);
    assertThat(shares.yielding(third, 5, 0)).isNull();
    assertThat(shares.yielding(first, 5, SHELTER)).as("not sheltered any more").isNull();
    shares.remove(third);
    assertThat(shares.yielding(first, 5, 0)).isEqualTo(second);
  }
}
