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
import org.lepcnn.core.io.CorruptFileException;

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
        .isEqualTo(new GrantDescription("meter-1", Grants.CHAIN, Grants.MODEL.fingerprint(), "a"));
    assertThat(description.toString())
        .doesNotContain(HexFormat.of().formatHex(Grants.firstKey().copyBytes()));
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
}
