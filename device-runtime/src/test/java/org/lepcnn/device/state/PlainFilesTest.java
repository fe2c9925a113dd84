/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.io.BodyWriter;
import org.lepcnn.core.io.CheckedFile;
import org.lepcnn.core.port.ChainId;
import org.lepcnn.device.key.CipherSuite;
import org.lepcnn.device.key.PassKey;
import org.lepcnn.device.key.Passphrase;
import org.lepcnn.device.key.SecretKey;
import org.lepcnn.device.key.TestSecrets;
import org.lepcnn.device.owner.OwnerFile;

/**
 * Somebody puts a file of his own, which no passphrase protects, in place of owner file, grant or
 * state: with a passphrase given it is refused and nothing is written. Going without a passphrase
 * is something to ask for, and what was under one stays so.
 */
@Tag("slow")
class PlainFilesTest {
  private static final SecretKey ATTACKERS = SecretKey.copyOf(new byte[32]).derive("attacker");

  @TempDir Path folder;

  private static Passphrase phrase() {
    return Passphrase.copyOf("ours".toCharArray());
  }

  private Path state() {
    return folder.resolve("state");
  }

  private Path stateFile() {
    return Grants.chainFolder(folder).resolve(StateFile.NAME);
  }

  @Test
  void plainState_isRefused_inBothVersions() throws IOException {
    sealedState().close();
    for (byte[] forged : List.of(plainState(), stateOfVersion1())) {
      Files.write(stateFile(), forged);
      assertRefused(() -> DeviceState.open(state(), "", phrase()));
    }
  }

  @Test
  void plainState_whenAccepted_isPutUnderThePassphrase() throws IOException {
    sealedState().close();
    for (byte[] plain : List.of(plainState(), stateOfVersion1())) {
      Files.write(stateFile(), plain);
      DeviceState.open(state(), "", phrase().acceptingPlain()).close();
      assertThatThrownBy(() -> DeviceState.open(state()))
          .isInstanceOf(BadInputException.class)
          .hasMessageContaining("--passphrase-file");
      try (DeviceState opened = DeviceState.open(state(), "", phrase())) {
        assertThat(opened.nextPass()).isEqualTo(3);
        opened.reserve(2);
      }
      DeviceState.open(state(), "", phrase()).close();
    }
  }

  @Test
  void plainGrant_isRefused_inBothVersions() throws IOException {
    Path grant = folder.resolve("grant.lep");
    for (byte[] forged : List.of(attackersGrant().toFile(), grantOfVersion1())) {
      Files.write(grant, forged);
      assertRefused(() -> Grant.read(grant, phrase()));
      assertRefused(() -> DeviceState.init(grant, state(), phrase(), phrase()));
      assertThat(state()).doesNotExist();
    }
    DeviceState.init(grant, state(), phrase().acceptingPlain(), phrase()).close();
    DeviceState.open(state(), "", phrase()).close();
  }

  @Test
  void grantUnderAPassphrase_startsNoStateWithoutOne() throws IOException {
    Path grant = folder.resolve("grant.lep");
    Grants.grant(Grants.CHAIN).write(grant, phrase());
    Map<Path, String> before = contents();
    assertThatThrownBy(() -> DeviceState.init(grant, state(), phrase(), Passphrase.none()))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("--passphrase-file")
        .hasMessageContaining("--accept-plain");
    assertThat(contents()).isEqualTo(before);
    DeviceState.init(grant, state(), phrase(), Passphrase.none().acceptingPlain()).close();
    DeviceState.open(state()).close();
  }

  @Test
  void plainOwnerFile_isRefused_inBothVersions() throws IOException {
    Path owner = folder.resolve("owner.lep");
    Path attackers = folder.resolve("attackers.lep");
    OwnerFile.create(owner, phrase()).close();
    OwnerFile.create(attackers).close();
    byte[] version1 = CheckedFile.frame(0x4c45504f, 1, ownerOfVersion1());
    for (byte[] forged : List.of(Files.readAllBytes(attackers), version1)) {
      Files.write(owner, forged);
      assertRefused(() -> OwnerFile.open(owner, phrase()));
    }
    OwnerFile.open(owner, phrase().acceptingPlain()).close();
    assertThatThrownBy(() -> OwnerFile.open(owner)).isInstanceOf(BadInputException.class);
    try (OwnerFile opened = OwnerFile.open(owner, phrase())) {
      assertThat(opened.isSealed()).isTrue();
      assertThat(opened.ledger()).isEmpty();
    }
  }

  @Test
  void ownerFileReplacedWhileOpen_isRefused() throws IOException {
    Path owner = folder.resolve("owner.lep");
    try (OwnerFile opened = OwnerFile.create(owner, phrase())) {
      Files.write(owner, CheckedFile.frame(0x4c45504f, 1, ownerOfVersion1()));
      assertRefused(() -> opened.provision("meter-1", Grants.MODEL));
    }
  }

  @Test
  void grantOfAnOwnerFileUnderAPassphrase_isNotWrittenWithoutOne() {
    Path file = folder.resolve("grant.lep");
    try (OwnerFile owner = OwnerFile.create(folder.resolve("owner.lep"), phrase());
        Grant grant = owner.provision("meter-1", Grants.MODEL)) {
      assertThatThrownBy(() -> grant.write(file))
          .isInstanceOf(BadInputException.class)
          .hasMessageContaining("--grant-passphrase-file");
      assertThat(file).doesNotExist();
      grant.write(file, phrase());
      grant.write(folder.resolve("plain.lep"), Passphrase.none().acceptingPlain());
    }
  }

  private void assertRefused(ThrowingCallable opening) throws IOException {
    Map<Path, String> before = contents();
    assertThatThrownBy(opening).isInstanceOf(BadInputException.class);
    assertThat(contents()).as("nothing is written").isEqualTo(before);
  }

  private DeviceState sealedState() {
    Path grant = folder.resolve("grant.lep");
    Grants.grant(Grants.CHAIN).write(grant);
    return DeviceState.init(grant, state(), Passphrase.none(), phrase());
  }

  private static Grant attackersGrant() {
    return Grant.of(
        "meter-1", new ChainId(7, 8), Grants.MODEL, PassKey.of(ATTACKERS, CipherSuite.AES), false);
  }

  private byte[] plainState() throws IOException {
    Path elsewhere = Files.createDirectory(folder.resolve("elsewhere"));
    try (DeviceState made = Grants.init(elsewhere)) {
      made.reserve(3);
      return Files.readAllBytes(Grants.chainFolder(elsewhere).resolve(StateFile.NAME));
    }
  }

  private static byte[] stateOfVersion1() {
    BodyWriter body;
    try (Grant grant = Grants.grant(Grants.CHAIN)) {
      body = Grants.identityWithoutSuite(grant);
      body.int64(3).bytes(TestSecrets.bytes(ATTACKERS));
      body.bytes(TestSecrets.bytes(ATTACKERS)).int64(0);
    }
    return CheckedFile.frame(StateFile.MAGIC, 1, body.toByteArray());
  }

  private static byte[] grantOfVersion1() {
    BodyWriter body;
    try (Grant grant = attackersGrant()) {
      body = Grants.identityWithoutSuite(grant);
      body.bytes(grant.deviceHalfFile()).bytes(TestSecrets.bytes(ATTACKERS));
      body.bytes(TestSecrets.bytes(grant.challengeKey()));
    }
    return CheckedFile.frame(Grant.MAGIC, 1, body.toByteArray());
  }

  private static byte[] ownerOfVersion1() {
    return new BodyWriter().bytes(TestSecrets.bytes(ATTACKERS)).int32(0).toByteArray();
  }

  private Map<Path, String> contents() throws IOException {
    Map<Path, String> contents = new HashMap<>();
    try (Stream<Path> walk = Files.walk(folder)) {
      for (Path file : walk.filter(Files::isRegularFile).toList()) {
        if (!file.toString().endsWith("lock")) {
          contents.put(file, PowerLossStore.digest(Files.readAllBytes(file)));
        }
      }
    }
    return contents;
  }
}
