/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.io.BodyWriter;
import org.lepcnn.core.io.CheckedFile;
import org.lepcnn.core.io.CorruptFileException;
import org.lepcnn.core.port.InstanceId;
import org.lepcnn.device.key.ChallengeKey;
import org.lepcnn.device.key.KeyWrap;
import org.lepcnn.device.key.PassKey;
import org.lepcnn.device.key.Passphrase;
import org.lepcnn.device.key.SecretKey;
import org.lepcnn.device.key.TestSecrets;

/** What is read from a state file, and what is refused though its checksum is right. */
class StateFileTest {
  private static final int PASS = 7;
  private static final byte[] KEY = TestSecrets.bytes(Grants.passKey(PASS));
  private static final ChallengeKey CHALLENGE = Grants.passKey(0).challengeKeyOfChain();

  @TempDir Path folder;
  private Path chain;

  @BeforeEach
  void makeFolder() throws IOException {
    chain = Files.createDirectory(folder.resolve(Grants.CHAIN.toString()));
  }

  private static BodyWriter identity() {
    BodyWriter body;
    try (Grant grant = Grants.grant(Grants.CHAIN)) {
      body = Grants.identityWithoutSuite(grant);
    }
    return body;
  }

  private static BodyWriter version1(byte[] next, byte[] challenge) {
    return identity().int64(PASS).bytes(next).bytes(challenge).int64(2);
  }

  private static BodyWriter version2(long nextPass, int released) {
    BodyWriter body = identity().int64(nextPass).int64(2).int32(released);
    return released == 0 ? body : body.int64(5).int64(6);
  }

  private static BodyWriter withKeys(BodyWriter body) {
    byte[] both = new byte[2 * SecretKey.BYTES];
    System.arraycopy(KEY, 0, both, 0, KEY.length);
    System.arraycopy(TestSecrets.bytes(CHALLENGE), 0, both, KEY.length, KEY.length);
    return body.int32(0).bytes(both);
  }

  private void write(int version, BodyWriter body) throws IOException {
    Files.write(
        chain.resolve(StateFile.NAME),
        CheckedFile.frame(StateFile.MAGIC, version, body.toByteArray()));
  }

  private void assertRead(InstanceId releasedBy) {
    StateFile read = StateFile.read(chain, Passphrase.none());
    assertThat(read.nextKey()).isEqualTo(Grants.passKey(PASS));
    assertThat(read.challengeKey()).isEqualTo(CHALLENGE);
    for (StateFile.Counts counts : List.of(read.counts(), StateFile.readCounts(chain))) {
      assertThat(counts.identity().chain()).isEqualTo(Grants.CHAIN);
      assertThat(counts.nextPass()).isEqualTo(PASS);
      assertThat(counts.integrityFailures()).isEqualTo(2);
      assertThat(counts.releasedBy()).isEqualTo(releasedBy);
    }
  }

  private void assertCorrupt(String found) {
    assertThatThrownBy(() -> StateFile.read(chain, Passphrase.none()))
        .isInstanceOf(CorruptFileException.class)
        .hasMessageContaining(found);
    assertThatThrownBy(() -> StateFile.readCounts(chain))
        .isInstanceOf(CorruptFileException.class)
        .hasMessageContaining(found);
  }

  @Test
  void bothVersions_giveTheirCountsAndKeys() throws IOException {
    write(1, version1(KEY, TestSecrets.bytes(CHALLENGE)));
    assertRead(null);
    write(2, withKeys(version2(PASS, 0)));
    assertRead(null);
    write(2, withKeys(version2(PASS, 1)));
    assertRead(new InstanceId(5, 6));
  }

  @Test
  void bytesBehindTheEnd_areCorrupt() throws IOException {
    write(1, version1(KEY, TestSecrets.bytes(CHALLENGE)).int32(0));
    assertCorrupt("4 bytes follow the end");
    write(2, withKeys(version2(PASS, 0)).int32(0));
    assertCorrupt("4 bytes follow the end");
  }

  @Test
  void keysOfAnotherLength_areCorrupt_inVersion1() throws IOException {
    for (byte[] other : new byte[][] {new byte[31], new byte[33]}) {
      write(1, version1(other, KEY));
      assertCorrupt("another length than 32");
      write(1, version1(KEY, other));
      assertCorrupt("another length than 32");
    }
  }

  @Test
  void aReleaseThatIsNeitherThereNorNot_isCorrupt() throws IOException {
    for (int flag : new int[] {-1, 2}) {
      write(2, withKeys(version2(PASS, flag)));
      assertCorrupt("a flag is neither 0 nor 1");
    }
  }

  /** From the last pass that is read the longest reservation can still be made. */
  @Test
  void aPassBehindTheLastOne_isCorrupt() throws IOException {
    long last = Long.MAX_VALUE - DeviceState.MAX_RESERVATION;
    write(2, withKeys(version2(last, 0)));
    assertThat(StateFile.readCounts(chain).nextPass()).isEqualTo(last);
    write(2, withKeys(version2(last + 1, 0)));
    assertCorrupt("behind the last one");
  }

  @Test
  void plainKeys_whereAPassphraseIsGiven_areRefused_inBothVersions() throws IOException {
    Passphrase given = Passphrase.copyOf("ours".toCharArray());
    write(1, version1(KEY, TestSecrets.bytes(CHALLENGE)));
    assertThatThrownBy(() -> StateFile.read(chain, given))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("found keys without one");
    write(2, withKeys(version2(PASS, 0)));
    assertThatThrownBy(() -> StateFile.read(chain, given))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("found keys without one");
  }

  @Test
  void erasedKeys_areOfNoUse() {
    KeyWrap wrap = KeyWrap.of(Passphrase.copyOf("ours".toCharArray()));
    try (Grant grant = Grants.grant(Grants.CHAIN)) {
      PassKey next = grant.firstPassKey();
      ChallengeKey challenge = grant.challengeKey();
      StateFile.Counts counts = new StateFile.Counts(grant.identity(), 0, 0, null);
      new StateFile(counts, next, challenge, wrap).eraseKeys();
      assertThatThrownBy(() -> TestSecrets.bytes(next)).isInstanceOf(IllegalStateException.class);
      assertThatThrownBy(() -> TestSecrets.bytes(challenge))
          .isInstanceOf(IllegalStateException.class);
    }
    assertThatThrownBy(() -> wrap.write(new BodyWriter(), Grants.firstKey(), TestSecrets.ACCESS))
        .as("nor is what the passphrase gave")
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void itsDescription_saysWhereItIs() throws IOException {
    write(2, withKeys(version2(PASS, 0)));
    assertThat(StateFile.read(chain, Passphrase.none()))
        .hasToString("StateFile(meter-1, next pass 7)");
  }
}
