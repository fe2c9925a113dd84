/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.io.BodyWriter;
import org.lepcnn.core.io.CheckedFile;
import org.lepcnn.core.io.CorruptFileException;
import org.lepcnn.core.model.ModelBundle;
import org.lepcnn.device.SmallModel;
import org.lepcnn.device.key.CipherSuite;
import org.lepcnn.device.key.Passphrase;
import org.lepcnn.device.key.TestSecrets;

class GrantTest {
  @TempDir Path folder;

  @Test
  void aGrant_survivesTheFile() {
    Path file = folder.resolve("grant.lep");
    Grant grant = Grants.grant(Grants.CHAIN);
    grant.write(file);
    Grant read = Grant.read(file);
    assertThat(read.device()).isEqualTo("meter-1");
    assertThat(read.chain()).isEqualTo(Grants.CHAIN);
    assertThat(read.model()).isEqualTo(Grants.MODEL.fingerprint());
    assertThat(read.firstPassKey()).isEqualTo(Grants.passKey(0));
    assertThat(read.challengeKey()).isEqualTo(Grants.passKey(0).challengeKeyOfChain());
    assertThat(read.deviceHalf().toFile()).isEqualTo(Grants.MODEL.device().toFile());
  }

  @Test
  void theFile_isReadableByItsOwnerAlone_andIsNeverReplaced() throws IOException {
    Path file = folder.resolve("grant.lep");
    Grants.grant(Grants.CHAIN).write(file);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    assertThatThrownBy(() -> Grants.grant(Grants.CHAIN).write(file))
        .isInstanceOf(BadInputException.class);
  }

  @Test
  void aDescription_holdsNoSecret() {
    Path file = folder.resolve("grant.lep");
    Grants.grant(Grants.CHAIN).write(file);
    GrantDescription description = Grant.describe(file);
    assertThat(description)
        .isEqualTo(
            new GrantDescription(
                "meter-1", Grants.CHAIN, Grants.MODEL.fingerprint(), CipherSuite.AES, "a"));
    assertThat(description.toString())
        .doesNotContain(HexFormat.of().formatHex(TestSecrets.bytes(Grants.firstKey())));
  }

  @Test
  void missingEmptyShortOrDamagedGrants_areCorrupt() throws IOException {
    Path file = folder.resolve("grant.lep");
    assertThatThrownBy(() -> Grant.read(file)).isInstanceOf(CorruptFileException.class);
    byte[] good = Grants.grant(Grants.CHAIN).toFile();
    byte[] damaged = good.clone();
    damaged[40] ^= 1;
    for (byte[] bad :
        List.of(
            new byte[0], Arrays.copyOf(good, 47), Arrays.copyOf(good, good.length - 1), damaged)) {
      Files.write(file, bad);
      assertThatThrownBy(() -> Grant.read(file)).isInstanceOf(CorruptFileException.class);
    }
  }

  private static BodyWriter start(ModelBundle bundle) {
    BodyWriter body;
    try (Grant grant = Grants.grant(Grants.CHAIN)) {
      body = Grants.identityWithoutSuite(grant);
    }
    return body.bytes(bundle.device().toFile());
  }

  private Path write(int version, BodyWriter body) throws IOException {
    byte[] framed = CheckedFile.frame(Grant.MAGIC, version, body.toByteArray());
    return Files.write(folder.resolve("grant.lep"), framed);
  }

  @Test
  void theDeviceHalfOfAnotherModel_isCorrupt_andIsNotDescribedEither() throws IOException {
    Path file = write(2, start(SmallModel.bundle("b")).int32(0).bytes(new byte[64]));
    assertThatThrownBy(() -> Grant.read(file))
        .isInstanceOf(CorruptFileException.class)
        .hasMessageContaining("is not the one of model");
    assertThatThrownBy(() -> Grant.describe(file))
        .isInstanceOf(CorruptFileException.class)
        .hasMessageContaining("is not the one of model");
  }

  @Test
  void bytesBehindTheEnd_areCorrupt() throws IOException {
    Path file = write(2, start(Grants.MODEL).int32(0).bytes(new byte[64]).int32(0));
    assertThatThrownBy(() -> Grant.read(file))
        .isInstanceOf(CorruptFileException.class)
        .hasMessageContaining("4 bytes follow the end");
  }

  @Test
  void version1_givesItsKeys_whenTheyAreOfOneLength_andNoPassphraseIsGiven() throws IOException {
    byte[] first = TestSecrets.bytes(Grants.passKey(0));
    byte[] challenge = TestSecrets.bytes(Grants.passKey(0).challengeKeyOfChain());
    Path file = write(1, start(Grants.MODEL).bytes(first).bytes(challenge));
    try (Grant read = Grant.read(file)) {
      assertThat(read.firstPassKey()).isEqualTo(Grants.passKey(0));
      assertThat(read.challengeKey()).isEqualTo(Grants.passKey(0).challengeKeyOfChain());
    }
    assertThatThrownBy(() -> Grant.read(file, Passphrase.copyOf("ours".toCharArray())))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("found keys without one");
    for (byte[] other : new byte[][] {new byte[31], new byte[33]}) {
      write(1, start(Grants.MODEL).bytes(other).bytes(challenge));
      assertThatThrownBy(() -> Grant.read(file)).isInstanceOf(CorruptFileException.class);
      write(1, start(Grants.MODEL).bytes(first).bytes(other));
      assertThatThrownBy(() -> Grant.read(file)).isInstanceOf(CorruptFileException.class);
    }
  }

  @Test
  void aClosedGrant_givesNoKeys() {
    Grant grant = Grants.grant(Grants.CHAIN);
    assertThat(grant)
        .hasToString(
            "Grant(meter-1, chain "
                + Grants.CHAIN
                + ", model "
                + Grants.MODEL.fingerprint().shortName()
                + ")");
    grant.close();
    assertThatThrownBy(grant::firstPassKey).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(grant::challengeKey).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void keysOfAFileUnderAPassphrase_areNotWrittenWithoutOne() {
    Path file = folder.resolve("grant.lep");
    try (Grant grant = Grant.of("meter-1", Grants.CHAIN, Grants.MODEL, Grants.passKey(0), true)) {
      assertThatThrownBy(() -> grant.write(file))
          .isInstanceOf(BadInputException.class)
          .hasMessageContaining("--grant-passphrase-file");
      assertThat(file).doesNotExist();
    }
  }
}
