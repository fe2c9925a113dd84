/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.io.BodyWriter;
import org.lepcnn.core.io.CheckedFile;
import org.lepcnn.core.io.CorruptFileException;
import org.lepcnn.core.port.ChainId;
import org.lepcnn.device.key.PassKey;
import org.lepcnn.device.key.Passphrase;
import org.lepcnn.device.key.TestSecrets;
import org.lepcnn.device.owner.OwnerFile;

/**
 * Owner file, grant and state: permissions, passphrases, earlier versions, damage to one of many.
 */
class ProtectedFilesTest {
  @TempDir Path folder;

  private static Passphrase phrase(String value) {
    return Passphrase.copyOf(value.toCharArray());
  }

  private Path grantFile;
  private Path state;

  @BeforeEach
  void names() {
    grantFile = folder.resolve("grant.lep");
    state = folder.resolve("state");
  }

  @Test
  void everyFileWithAKey_isReadableByItsOwnerAlone() throws IOException {
    Path owner = folder.resolve("owner.lep");
    OwnerFile.create(owner).close();
    Grants.grant(Grants.CHAIN).write(grantFile);
    assertThat(permissions(owner)).isEqualTo("rw-------");
    assertThat(permissions(grantFile)).isEqualTo("rw-------");
    try (DeviceState opened = DeviceState.init(grantFile, state)) {
      opened.reserve(1);
    }
    assertThat(permissions(state)).isEqualTo("rwx------");
    assertThat(permissions(Grants.chainFolder(folder))).isEqualTo("rwx------");
    assertThat(permissions(Grants.chainFolder(folder).resolve(StateFile.NAME)))
        .isEqualTo("rw-------");
  }

  @Test
  void stateUnderAPassphrase_opensWithIt_andIsDescribedWithoutIt() throws IOException {
    Grants.grant(Grants.CHAIN).write(grantFile, phrase("for the way"));
    assertThat(Grant.describe(grantFile).device()).isEqualTo("meter-1");
    assertThatThrownBy(() -> DeviceState.init(grantFile, state))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("passphrase");
    assertThat(grantFile).exists();
    DeviceState.init(grantFile, state, phrase("for the way"), phrase("at home")).close();

    assertThatThrownBy(() -> DeviceState.open(state))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("--passphrase-file");
    assertThatThrownBy(() -> DeviceState.open(state, "", phrase("for the way")))
        .isInstanceOf(BadInputException.class);
    try (DeviceState opened = DeviceState.open(state, "", phrase("at home"))) {
      DurableReservation reservation = opened.reserve(5);
      reservation.take().finish();
      opened.recordIntegrityFailure();
      assertNoFileHolds(TestSecrets.bytes(Grants.passKey(5)));
    }
    assertNoFileHolds(TestSecrets.bytes(Grants.passKey(1)));
    StateDescription described = DeviceState.describe(state).get(0);
    assertThat(described.nextPass()).isEqualTo(1);
    assertThat(described.integrityFailures()).isEqualTo(1);
    try (DeviceState opened = DeviceState.open(state, "", phrase("at home"))) {
      assertThat(opened.reserve(1).take().key()).isEqualTo(Grants.passKey(1));
    }
  }

  @Test
  void countsOfAStateUnderAPassphrase_cannotBeTurnedBack() throws IOException {
    Grants.grant(Grants.CHAIN).write(grantFile);
    DeviceState.init(grantFile, state, Passphrase.none(), phrase("p")).close();
    try (DeviceState opened = DeviceState.open(state, "", phrase("p"))) {
      opened.recordIntegrityFailure();
    }
    Path file = Grants.chainFolder(folder).resolve(StateFile.NAME);
    byte[] bytes = Files.readAllBytes(file);
    byte[] body = Arrays.copyOfRange(bytes, 16, bytes.length - 32);
    // device, chain, fingerprint, edge hash, suite, next pass, then the failures
    int failures = 4 + 7 + 16 + 4 + 32 + 4 + 32 + 4 + 8;
    assertThat(body[failures + 7]).isEqualTo((byte) 1);
    body[failures + 7] = 0;
    Files.write(file, CheckedFile.frame(StateFile.MAGIC, StateFile.VERSION, body));
    assertThat(DeviceState.describe(state).get(0).integrityFailures()).isZero();
    assertThatThrownBy(() -> DeviceState.open(state, "", phrase("p")))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("altered");
  }

  @Test
  void filesOfVersion1_areRead_andWrittenAnew() throws IOException {
    Grants.init(folder).close();
    Path file = Grants.chainFolder(folder).resolve(StateFile.NAME);
    BodyWriter body;
    try (Grant grant = Grants.grant(Grants.CHAIN)) {
      body = Grants.identityWithoutSuite(grant);
      body.int64(7).bytes(TestSecrets.bytes(Grants.passKey(7)));
      body.bytes(TestSecrets.bytes(grant.challengeKey())).int64(2);
    }
    Files.write(file, CheckedFile.frame(StateFile.MAGIC, 1, body.toByteArray()));
    assertThat(DeviceState.describe(state).get(0).nextPass()).isEqualTo(7);
    try (DeviceState opened = DeviceState.open(state)) {
      assertThat(opened.integrityFailures()).isEqualTo(2);
      assertThat(opened.releasedBefore(7)).isEmpty();
      assertThat(opened.reserve(1).take().key()).isEqualTo(Grants.passKey(7));
    }
    assertThat(Files.readAllBytes(file)[7]).isEqualTo((byte) StateFile.VERSION);
  }

  @Test
  void grantOfVersion1_isRead() throws IOException {
    BodyWriter body;
    try (Grant grant = Grants.grant(Grants.CHAIN);
        PassKey first = grant.firstPassKey()) {
      body = Grants.identityWithoutSuite(grant);
      body.bytes(grant.deviceHalfFile()).bytes(TestSecrets.bytes(first));
      body.bytes(TestSecrets.bytes(grant.challengeKey()));
    }
    Files.write(grantFile, CheckedFile.frame(Grant.MAGIC, 1, body.toByteArray()));
    assertThat(Grant.describe(grantFile).chain()).isEqualTo(Grants.CHAIN);
    try (DeviceState opened = DeviceState.init(grantFile, state)) {
      assertThat(opened.reserve(1).take().key()).isEqualTo(Grants.passKey(0));
    }
  }

  @Test
  void oneDamagedChain_doesNotStandInTheWayOfTheOthers() throws IOException {
    Grants.init(folder).close();
    Path other = folder.resolve("other.lep");
    ChainId second = new ChainId(3, 4);
    Grants.grant(second).write(other);
    DeviceState.init(other, state).close();
    Path damaged = Grants.chainFolder(folder).resolve(StateFile.NAME);
    byte[] good = Files.readAllBytes(damaged);
    for (byte[] bad : List.of(new byte[0], Arrays.copyOf(good, good.length - 1), new byte[500])) {
      Files.write(damaged, bad);
      try (DeviceState opened = DeviceState.open(state)) {
        assertThat(opened.chain()).isEqualTo(second);
      }
      assertThat(DeviceState.describe(state))
          .extracting(StateDescription::chain)
          .containsExactly(second);
      assertThatThrownBy(() -> DeviceState.open(state, Grants.CHAIN.toString()))
          .isInstanceOf(BadInputException.class);
    }
    Files.write(state.resolve(second.toString()).resolve(StateFile.NAME), new byte[0]);
    assertThatThrownBy(() -> DeviceState.open(state)).isInstanceOf(CorruptFileException.class);
  }

  private void assertNoFileHolds(byte[] key) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        byte[] bytes = Files.readAllBytes(file);
        for (int at = 0; at + key.length <= bytes.length; at++) {
          assertThat(Arrays.equals(bytes, at, at + key.length, key, 0, key.length))
              .as("%s holds the key", file)
              .isFalse();
        }
      }
    }
  }

  private static String permissions(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }
}
