/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.core.io.CorruptFileException;
import org.lepcnn.core.port.ChainId;
import org.lepcnn.device.file.FailingStore;
import org.lepcnn.device.key.ChallengeKey;
import org.lepcnn.device.key.CipherSuite;
import org.lepcnn.device.key.GroupKey;
import org.lepcnn.device.key.PassKey;
import org.lepcnn.device.key.Passphrase;
import org.lepcnn.device.key.SecretKey;
import org.lepcnn.device.key.TestSecrets;

class DeviceStateTest {
  @TempDir Path folder;
  private Path stateFolder;
  private Path stateFile;

  @BeforeEach
  void names() {
    stateFolder = folder.resolve("state");
    stateFile = Grants.chainFolder(folder).resolve("state.lep");
  }

  @Test
  void init_consumesTheGrant_andOpensTheState() throws IOException {
    try (DeviceState state = Grants.init(folder)) {
      assertThat(folder.resolve("grant.lep")).doesNotExist();
      assertThat(state.device()).isEqualTo("meter-1");
      assertThat(state.chain()).isEqualTo(Grants.CHAIN);
      assertThat(state.model()).isEqualTo(Grants.MODEL.fingerprint());
      assertThat(state.deviceHalf().toFile()).isEqualTo(Grants.MODEL.device().toFile());
      assertThat(state.nextPass()).isZero();
      try (ChallengeKey challenge = Grants.passKey(0).challengeKeyOfChain();
          GroupKey expected = challenge.groupKey(3);
          GroupKey group = state.groupKey(3)) {
        assertThat(group).isEqualTo(expected);
      }
    }
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(stateFile)))
        .isEqualTo("rw-------");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(stateFolder)))
        .isEqualTo("rwx------");
  }

  @Test
  void initAgain_isRefused_leavesTheStateAlone_andDeletesTheGrant() throws IOException {
    try (DeviceState state = Grants.init(folder)) {
      state.reserve(3).take().finish();
    }
    byte[] before = Files.readAllBytes(stateFile);
    Path copy = folder.resolve("copy.lep");
    Grants.grant(Grants.CHAIN).write(copy);
    assertThatThrownBy(() -> DeviceState.init(copy, stateFolder))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("there already");
    assertThat(copy).doesNotExist();
    assertThat(stateFile).hasBinaryContent(before);
  }

  @Test
  void aReservation_handsOutEachPassOnce_withItsKey() {
    try (DeviceState state = Grants.init(folder)) {
      DurableReservation first = state.reserve(2);
      DurableReservation second = state.reserve(1);
      assertThat(first.firstPass()).isZero();
      assertThat(first.lastPass()).isEqualTo(1);
      assertThat(first.remaining()).isEqualTo(2);
      assertThat(second.firstPass()).isEqualTo(2);
      assertThat(state.nextPass()).isEqualTo(3);
      for (int pass = 0; pass < 2; pass++) {
        DurablePass taken = first.take();
        assertThat(taken.number()).isEqualTo(pass);
        assertThat(taken.key()).isEqualTo(Grants.passKey(pass));
      }
      assertThat(first.remaining()).isZero();
      assertThatThrownBy(first::take).isInstanceOf(EnvironmentException.class);
      assertThat(second.take().key()).isEqualTo(Grants.passKey(2));
    }
  }

  @Test
  void manyThreads_neverGetTheSamePass() throws Exception {
    Set<Long> seen = ConcurrentHashMap.newKeySet();
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try (DeviceState state = Grants.init(folder)) {
      DurableReservation passes = state.reserve(400);
      List<Future<Integer>> counts = new ArrayList<>();
      for (int t = 0; t < 4; t++) {
        counts.add(threads.submit(() -> takeHundred(passes, seen)));
      }
      for (Future<Integer> count : counts) {
        assertThat(count.get()).isEqualTo(100);
      }
      assertThat(state.inFlight()).isZero();
    } finally {
      threads.shutdownNow();
    }
    assertThat(seen).hasSize(400);
    assertThat(DeviceState.describe(stateFolder).get(0).nextPass()).isEqualTo(400);
  }

  @Test
  void aPassThatEnds_losesItsKey_whicheverWay() {
    try (DeviceState state = Grants.init(folder)) {
      DurableReservation passes = state.reserve(3);
      DurablePass finished = passes.take();
      DurablePass burned = passes.take();
      DurablePass closed = passes.take();
      assertThat(state.inFlight()).isEqualTo(3);
      finished.finish();
      finished.burn();
      burned.burn();
      closed.close();
      assertThat(state.inFlight()).isZero();
      assertThat(finished.outcome()).isEqualTo(DurablePass.Outcome.FINISHED);
      assertThat(burned.outcome()).isEqualTo(DurablePass.Outcome.BURNED);
      assertThat(closed.outcome()).isEqualTo(DurablePass.Outcome.BURNED);
      for (DurablePass taken : List.of(finished, burned, closed)) {
        assertThatThrownBy(() -> taken.key().next()).isInstanceOf(IllegalStateException.class);
      }
    }
  }

  @Test
  void aCleanClose_givesUnusedPassesBack() {
    try (DeviceState state = Grants.init(folder)) {
      DurableReservation passes = state.reserve(10);
      passes.take().finish();
      passes.take().burn();
    }
    try (DeviceState state = DeviceState.open(stateFolder)) {
      assertThat(state.nextPass()).isEqualTo(2);
      assertThat(state.reserve(1).take().key()).isEqualTo(Grants.passKey(2));
    }
  }

  @Test
  void aCleanClose_givesTheLastPassBack_alsoAfterAnotherReservation() {
    try (DeviceState state = Grants.init(folder)) {
      DurableReservation passes = state.reserve(3);
      passes.take().finish();
      passes.take().finish();
      state.reserve(4);
    }
    try (DeviceState state = DeviceState.open(stateFolder)) {
      assertThat(state.nextPass()).isEqualTo(2);
      assertThat(state.reserve(1).take().key()).isEqualTo(Grants.passKey(2));
    }
  }

  @Test
  void aCleanCloseWithoutAnyPassTaken_givesAllBack() {
    try (DeviceState state = Grants.init(folder)) {
      state.reserve(10);
      state.reserve(10);
    }
    assertThat(DeviceState.describe(stateFolder).get(0).nextPass()).isZero();
  }

  @Test
  void aCloseWithAPassInFlight_givesNothingBack() {
    try (DeviceState state = Grants.init(folder)) {
      DurableReservation passes = state.reserve(10);
      passes.take().finish();
      passes.take();
    }
    try (DeviceState state = DeviceState.open(stateFolder)) {
      assertThat(state.nextPass()).isEqualTo(10);
      assertThat(state.reserve(1).take().key()).isEqualTo(Grants.passKey(10));
    }
  }

  @Test
  void passesTakenOutOfOrder_giveBackOnlyWhatFollowsTheLastOne() {
    try (DeviceState state = Grants.init(folder)) {
      DurableReservation a = state.reserve(4);
      DurableReservation b = state.reserve(4);
      a.take().finish();
      b.take().finish();
      b.take().finish();
    }
    assertThat(DeviceState.describe(stateFolder).get(0).nextPass()).isEqualTo(6);
  }

  @Test
  void anExhaustedLaterReservation_isNotForgotten() {
    try (DeviceState state = Grants.init(folder)) {
      DurableReservation a = state.reserve(4);
      DurableReservation b = state.reserve(1);
      a.take().finish();
      b.take().finish();
      state.reserve(3);
    }
    try (DeviceState state = DeviceState.open(stateFolder)) {
      assertThat(state.nextPass()).isEqualTo(5);
      assertThat(state.reserve(1).take().key()).isEqualTo(Grants.passKey(5));
    }
  }

  @Test
  void afterReserving_noFileLeadsToAnEarlierPass() throws IOException {
    try (DeviceState state = Grants.init(folder)) {
      state.reserve(5);
      List<byte[]> earlier =
          List.of(0L, 1L, 2L, 3L, 4L).stream()
              .map(n -> TestSecrets.bytes(Grants.passKey(n)))
              .toList();
      byte[] bytes = Files.readAllBytes(stateFile);
      boolean foundCurrent = false;
      for (int at = 0; at + 32 <= bytes.length; at++) {
        SecretKey candidate = SecretKey.copyOf(Arrays.copyOfRange(bytes, at, at + 32));
        PassKey asPass = PassKey.of(candidate, CipherSuite.AES);
        foundCurrent |= asPass.equals(Grants.passKey(5));
        for (byte[] key : earlier) {
          assertThat(TestSecrets.bytes(candidate)).isNotEqualTo(key);
          assertThat(TestSecrets.bytes(asPass.next())).isNotEqualTo(key);
          assertThat(TestSecrets.bytes(candidate.derive("challenge"))).isNotEqualTo(key);
        }
      }
      assertThat(foundCurrent).as("the search finds the key that is there").isTrue();
      for (byte[] key : earlier) {
        assertNoFileContains(key);
      }
    }
  }

  @Test
  void aLeftOverTemporaryFile_isErasedOnOpening_andNotBelieved() throws IOException {
    Grants.init(folder).close();
    Path leftover = stateFile.resolveSibling("state.lep.tmp");
    Files.write(leftover, TestSecrets.bytes(Grants.passKey(0)));
    try (DeviceState state = DeviceState.open(stateFolder)) {
      assertThat(leftover).doesNotExist();
      assertThat(state.nextPass()).isZero();
      state.reserve(1);
    }
  }

  @Test
  void missingEmptyShortOrDamagedState_isCorrupt_andNothingIsCreated() throws IOException {
    Grants.init(folder).close();
    byte[] good = Files.readAllBytes(stateFile);
    byte[] damaged = good.clone();
    damaged[good.length / 2] ^= 1;
    for (byte[] bad :
        List.of(
            new byte[0], Arrays.copyOf(good, 20), Arrays.copyOf(good, good.length - 1), damaged)) {
      Files.write(stateFile, bad);
      assertThatThrownBy(() -> DeviceState.open(stateFolder))
          .isInstanceOf(CorruptFileException.class);
      assertThat(stateFile).hasBinaryContent(bad);
    }
    Files.delete(stateFile);
    assertThatThrownBy(() -> DeviceState.open(stateFolder))
        .isInstanceOf(CorruptFileException.class);
    assertThat(stateFile).doesNotExist();
    Files.write(stateFile, good);
    DeviceState.open(stateFolder).close();
  }

  @Test
  void aMissingStateFolder_isNotCreated() {
    assertThatThrownBy(() -> DeviceState.open(stateFolder))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("device init");
    assertThat(stateFolder).doesNotExist();
  }

  @Test
  void aDeviceHalfOfAnotherModel_isCorrupt_andTheRightOneOpensAgain() throws IOException {
    Grants.init(folder).close();
    byte[] right = Grants.MODEL.device().toFile();
    byte[] other = org.lepcnn.device.SmallModel.bundle("b").device().toFile();
    Files.write(stateFile.resolveSibling("device.lep"), other);
    assertThatThrownBy(() -> DeviceState.open(stateFolder))
        .isInstanceOf(CorruptFileException.class)
        .hasMessageContaining("device half");
    Files.write(stateFile.resolveSibling("device.lep"), right);
    DeviceState.open(stateFolder).close();
  }

  @Test
  void aPlainStateThatIsAccepted_isPutUnderThePassphrase_whenItOpens() {
    Grants.init(folder).close();
    Passphrase phrase = Passphrase.copyOf("ours".toCharArray()).acceptingPlain();
    DeviceState.open(stateFolder, "", phrase).close();
    assertThatThrownBy(() -> DeviceState.open(stateFolder))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("its keys are under a passphrase");
  }

  @Test
  void aStateFileOfAnotherChain_isCorrupt() throws IOException {
    Grants.init(folder).close();
    ChainId other = new ChainId(3, 4);
    Files.move(stateFile.getParent(), stateFolder.resolve(other.toString()));
    assertThatThrownBy(() -> DeviceState.open(stateFolder))
        .isInstanceOf(CorruptFileException.class)
        .hasMessageContaining("chain");
  }

  @Test
  void ofSeveralChains_oneIsNamed() {
    Grants.init(folder).close();
    ChainId other = new ChainId(0x9999L << 48, 4);
    Path file = folder.resolve("second.lep");
    Grants.grant(other).write(file);
    DeviceState.init(file, stateFolder).close();
    assertThat(DeviceState.describe(stateFolder)).hasSize(2);
    assertThatThrownBy(() -> DeviceState.open(stateFolder, Grants.MODEL.fingerprint()))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("found 2");
    try (DeviceState state = DeviceState.open(stateFolder, "9999")) {
      assertThat(state.chain()).isEqualTo(other);
    }
    assertThatThrownBy(() -> DeviceState.open(stateFolder))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("expected one chain of any model; found 2");
    assertThatThrownBy(() -> DeviceState.open(stateFolder, "8888"))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("expected one chain of model or chain 8888; found 0");
  }

  @Test
  void theOnlyChainOfAModel_isOpenedByTheModel() {
    Path grant = folder.resolve("grant.lep");
    Grants.grant(Grants.CHAIN).write(grant);
    try (DeviceState state =
        DeviceState.init(grant, stateFolder, Passphrase.none(), Passphrase.none())) {
      assertThat(state.chain()).isEqualTo(Grants.CHAIN);
    }
    try (DeviceState state = DeviceState.open(stateFolder, Grants.MODEL.fingerprint())) {
      assertThat(state.chain()).isEqualTo(Grants.CHAIN);
    }
  }

  @Test
  void integrityFailures_areDurable() {
    try (DeviceState state = Grants.init(folder)) {
      state.reserve(4).take().finish();
      state.recordIntegrityFailure();
      state.recordIntegrityFailure();
      assertThat(state.integrityFailures()).isEqualTo(2);
      assertThat(DeviceState.describe(stateFolder).get(0).integrityFailures()).isEqualTo(2);
      assertThat(DeviceState.describe(stateFolder).get(0).nextPass())
          .as("counting does not give passes back")
          .isEqualTo(4);
    }
    try (DeviceState state = DeviceState.open(stateFolder)) {
      assertThat(state.integrityFailures()).isEqualTo(2);
      assertThat(state.nextPass()).isEqualTo(1);
      state.resetIntegrityFailures();
      assertThat(state.integrityFailures()).isZero();
      assertThat(DeviceState.describe(stateFolder).get(0).integrityFailures()).isZero();
    }
  }

  @Test
  void everyOpening_hasAnotherInstanceNumber() {
    DeviceState first = Grants.init(folder);
    first.close();
    try (DeviceState second = DeviceState.open(stateFolder)) {
      assertThat(second.instance()).isNotEqualTo(first.instance());
    }
  }

  @Test
  void aClosedState_handsOutNothing() {
    DeviceState state = Grants.init(folder);
    DurableReservation passes = state.reserve(2);
    state.close();
    state.close();
    for (ThrowingCallable use :
        List.<ThrowingCallable>of(
            passes::take,
            () -> state.reserve(1),
            state::recordIntegrityFailure,
            state::resetIntegrityFailures,
            state::released,
            state::claimRefused)) {
      assertThatThrownBy(use)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("state is closed");
    }
  }

  @Test
  void aClosedState_hasErasedItsKeys() {
    DeviceState state = Grants.init(folder);
    DurableReservation passes = state.reserve(2);
    StateFile stored = state.stored();
    assertThat(stored.nextKey()).isEqualTo(Grants.passKey(2));
    state.close();
    assertThatThrownBy(() -> TestSecrets.bytes(passes.nextKey()))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> TestSecrets.bytes(stored.nextKey()))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> state.groupKey(0)).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void whatIsSaidOfAState_isWhereItIs_andNoKey() {
    try (DeviceState state = Grants.init(folder)) {
      DurableReservation passes = state.reserve(3);
      DurablePass taken = passes.take();
      assertThat(state)
          .hasToString("DeviceState(meter-1, chain " + Grants.CHAIN + ", next pass 3)");
      assertThat(passes).hasToString("DurableReservation(0 to 2, 2 left)");
      assertThat(taken).hasToString("DurablePass(0, IN_FLIGHT)");
    }
  }

  @Test
  void aReservationThatCannotBeWritten_handsOutNothing_andCanBeTriedAgain() throws IOException {
    Grants.init(folder).close();
    FailingStore store = new FailingStore();
    try (DeviceState state = DeviceState.open(Grants.chainFolder(folder), store)) {
      store.failFrom(2);
      assertThatThrownBy(() -> state.reserve(5)).isInstanceOf(EnvironmentException.class);
      store.failFrom(Integer.MAX_VALUE);
      DurableReservation passes = state.reserve(5);
      assertThat(passes.firstPass()).isZero();
      assertThat(passes.take().key()).isEqualTo(Grants.passKey(0));
    }
  }

  @Test
  void aQuarantineThatCannotBeLiftedDurably_stands() throws IOException {
    Grants.init(folder).close();
    FailingStore store = new FailingStore();
    try (DeviceState state = DeviceState.open(Grants.chainFolder(folder), store)) {
      state.recordIntegrityFailure();
      store.failFrom(0);
      assertThatThrownBy(state::resetIntegrityFailures).isInstanceOf(EnvironmentException.class);
      assertThat(state.integrityFailures()).isEqualTo(1);
      store.failFrom(Integer.MAX_VALUE);
      state.resetIntegrityFailures();
      assertThat(state.integrityFailures()).isZero();
    }
  }

  @Test
  void anInterruptedThread_writesAllTheSame_andStaysInterrupted() {
    try (DeviceState state = Grants.init(folder)) {
      Thread.currentThread().interrupt();
      try {
        state.recordIntegrityFailure();
        assertThat(Thread.currentThread().isInterrupted()).isTrue();
      } finally {
        assertThat(Thread.interrupted()).isTrue();
      }
      assertThat(DeviceState.describe(stateFolder).get(0).integrityFailures()).isEqualTo(1);
    }
  }

  @Test
  void reservationsOutOfRange_areRefused() {
    try (DeviceState state = Grants.init(folder)) {
      assertThatThrownBy(() -> state.reserve(0)).isInstanceOf(BadInputException.class);
      assertThatThrownBy(() -> state.reserve(DeviceState.MAX_RESERVATION + 1))
          .isInstanceOf(BadInputException.class);
      assertThat(state.nextPass()).isZero();
      assertThat(state.reserve(DeviceState.MAX_RESERVATION).remaining())
          .isEqualTo(DeviceState.MAX_RESERVATION);
    }
  }

  private static int takeHundred(DurableReservation passes, Set<Long> seen) {
    int fresh = 0;
    for (int i = 0; i < 100; i++) {
      try (DurablePass taken = passes.take()) {
        fresh += seen.add(taken.number()) ? 1 : 0;
      }
    }
    return fresh;
  }

  private void assertNoFileContains(byte[] key) throws IOException {
    String hex = HexFormat.of().formatHex(key);
    try (var files = Files.walk(folder)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        assertThat(HexFormat.of().formatHex(Files.readAllBytes(file))).doesNotContain(hex);
      }
    }
  }
}
