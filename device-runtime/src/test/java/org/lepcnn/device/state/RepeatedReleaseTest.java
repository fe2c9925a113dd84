/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.state;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lepcnn.core.port.InstanceId;

/** Which instance's release the next opening may repeat, and for which pass. */
class RepeatedReleaseTest {
  @TempDir Path folder;
  private Path states;

  @BeforeEach
  void name() {
    states = folder.resolve("state");
    Grants.init(folder).close();
  }

  private DeviceState open() {
    return DeviceState.open(states);
  }

  /** Closes a state after passes were reserved and their claim's release was accepted. */
  private InstanceId release() {
    try (DeviceState state = open()) {
      state.reserve(3).take().finish();
      state.released();
      return state.instance();
    }
  }

  @Test
  void anAcceptedRelease_mayBeRepeated_forTheFirstPassGivenBackAlone() {
    InstanceId first = release();
    try (DeviceState state = open()) {
      assertThat(state.nextPass()).isEqualTo(1);
      assertThat(state.releasedBefore(1)).contains(first);
      assertThat(state.releasedBefore(0)).isEmpty();
      assertThat(state.releasedBefore(2)).isEmpty();
    }
  }

  @Test
  void passesThatNobodyReleased_haveNoReleaseToRepeat() {
    try (DeviceState state = open()) {
      state.reserve(3).take().finish();
    }
    try (DeviceState state = open()) {
      assertThat(state.releasedBefore(1)).isEmpty();
    }
  }

  @Test
  void aRefusedClaim_mayBeReleasedLater() {
    InstanceId first;
    try (DeviceState state = open()) {
      state.reserve(3);
      state.claimRefused();
      first = state.instance();
    }
    try (DeviceState state = open()) {
      assertThat(state.releasedBefore(0)).contains(first);
    }
  }

  /** The edge would meet the first one's claim, reading its log again. */
  @Test
  void ofInstancesThatAreRefusedForTheSamePass_theFirstIsKept() {
    InstanceId first = release();
    try (DeviceState state = open()) {
      state.reserve(3);
      state.claimRefused();
    }
    try (DeviceState state = open()) {
      assertThat(state.releasedBefore(1)).contains(first);
    }
  }

  @Test
  void aRefusedClaimOfALaterPass_isTheInstancesOwn() {
    release();
    InstanceId second;
    try (DeviceState state = open()) {
      state.reserve(3).take().finish();
      state.claimRefused();
      second = state.instance();
    }
    try (DeviceState state = open()) {
      assertThat(state.releasedBefore(2)).contains(second);
    }
  }

  @Test
  void anAcceptedRelease_countsMoreThanAnEarlierOne() {
    release();
    InstanceId second;
    try (DeviceState state = open()) {
      state.reserve(3);
      state.released();
      second = state.instance();
    }
    try (DeviceState state = open()) {
      assertThat(state.releasedBefore(1)).contains(second);
    }
  }

  @Test
  void countingFailures_forgetsNoRelease_whileNothingIsReserved() {
    InstanceId first = release();
    try (DeviceState state = open()) {
      state.recordIntegrityFailure();
    }
    try (DeviceState state = open()) {
      assertThat(state.releasedBefore(1)).contains(first);
      state.resetIntegrityFailures();
    }
    try (DeviceState state = open()) {
      assertThat(state.releasedBefore(1)).contains(first);
    }
  }

  /** The passes from there on were nobody's yet. */
  @Test
  void countingFailures_claimsNoRelease_forWhatFollowsAReservation() {
    release();
    try (DeviceState state = open()) {
      DurablePass inFlight = state.reserve(3).take();
      state.recordIntegrityFailure();
      assertThat(inFlight.number()).isEqualTo(1);
    }
    try (DeviceState state = open()) {
      assertThat(state.nextPass()).isEqualTo(4);
      assertThat(state.releasedBefore(4)).isEmpty();
    }
  }
}
