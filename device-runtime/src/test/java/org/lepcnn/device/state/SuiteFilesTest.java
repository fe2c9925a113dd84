/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.error.RefusedException;
import org.lepcnn.core.io.CheckedFile;
import org.lepcnn.core.io.CorruptFileException;
import org.lepcnn.device.key.CipherSuite;
import org.lepcnn.device.key.PassKey;
import org.lepcnn.device.key.Passphrase;
import org.lepcnn.device.owner.OwnerFile;
import org.lepcnn.device.table.TableFolder;
import org.lepcnn.device.testkit.SessionModel;
import org.lepcnn.device.testkit.WrittenTables;

/** The cipher suite in grants and states: kept, told, and not to be altered. */
class SuiteFilesTest {
  /** Device, chain, fingerprint, edge hash, then the suite, whose last byte is this one. */
  private static final int SUITE = 4 + 7 + 16 + 4 + 32 + 4 + 32 + 3;

  @TempDir Path folder;

  private static Passphrase phrase() {
    return Passphrase.copyOf("at home".toCharArray());
  }

  private static CipherSuite other(CipherSuite suite) {
    return suite == CipherSuite.AES ? CipherSuite.CHACHA : CipherSuite.AES;
  }

  private Path grant(CipherSuite suite, Passphrase passphrase) {
    Path file = folder.resolve("grant.lep");
    try (PassKey first = PassKey.of(Grants.firstKey(), suite);
        Grant grant = Grant.of("meter-1", Grants.CHAIN, Grants.MODEL, first, false)) {
      grant.write(file, passphrase);
    }
    return file;
  }

  private DeviceState init(CipherSuite suite, Passphrase passphrase) {
    Path grant = grant(suite, passphrase);
    return DeviceState.init(grant, folder.resolve("state"), passphrase, passphrase);
  }

  /** Changes the suite and makes the checksum right again. */
  private static void alter(Path file, int magic, int version) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    byte[] body = Arrays.copyOfRange(bytes, 16, bytes.length - 32);
    body[SUITE] ^= 1;
    Files.write(file, CheckedFile.frame(magic, version, body));
  }

  private static void relabel(Path file, int magic, int version) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    byte[] body = Arrays.copyOfRange(bytes, 16, bytes.length - 32);
    Files.write(file, CheckedFile.frame(magic, version, body));
  }

  @ParameterizedTest
  @EnumSource
  void theSuite_goesFromTheGrantToTheState_andStays(CipherSuite suite) {
    Path grant = grant(suite, phrase());
    assertThat(Grant.describe(grant).suite()).isEqualTo(suite);
    try (Grant read = Grant.read(grant, phrase())) {
      assertThat(read.suite()).isEqualTo(suite);
      assertThat(read.firstPassKey().suite()).isEqualTo(suite);
    }
    Path state = folder.resolve("state");
    DeviceState.init(grant, state, phrase(), phrase()).close();
    assertThat(DeviceState.describe(state).get(0).suite()).isEqualTo(suite);
    try (DeviceState opened = DeviceState.open(state, "", phrase());
        PassKey first = PassKey.of(Grants.firstKey(), suite)) {
      assertThat(opened.suite()).isEqualTo(suite);
      assertThat(opened.reserve(1).take().key()).isEqualTo(first);
      assertThat(opened.groupKey(2)).isEqualTo(first.challengeKeyOfChain().groupKey(2));
    }
    try (DeviceState opened = DeviceState.open(state, "", phrase());
        PassKey first = PassKey.of(Grants.firstKey(), suite)) {
      assertThat(opened.reserve(1).take().key()).isEqualTo(first.next());
    }
  }

  @ParameterizedTest
  @EnumSource
  void aGrantWhoseSuiteWasAltered_isRefused(CipherSuite suite) throws IOException {
    Path plain = grant(suite, Passphrase.none());
    alter(plain, Grant.MAGIC, Grant.VERSION);
    assertThatThrownBy(() -> Grant.read(plain))
        .isInstanceOf(CorruptFileException.class)
        .hasMessageContaining("of one chain of cipher suite " + other(suite));
    assertThatThrownBy(() -> DeviceState.init(plain, folder.resolve("state")))
        .isInstanceOf(CorruptFileException.class);
    Files.delete(plain);
    Path sealed = grant(suite, phrase());
    alter(sealed, Grant.MAGIC, Grant.VERSION);
    assertThatThrownBy(() -> Grant.read(sealed, phrase()))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("altered");
  }

  @ParameterizedTest
  @EnumSource
  void aGrantThatIsCalledAnOlderVersion_isRefused(CipherSuite suite) throws IOException {
    for (int version = 1; version < Grant.VERSION; version++) {
      Path plain = grant(suite, Passphrase.none());
      relabel(plain, Grant.MAGIC, version);
      assertThatThrownBy(() -> Grant.read(plain)).isInstanceOf(BadInputException.class);
      assertThatThrownBy(() -> Grant.describe(plain)).isInstanceOf(BadInputException.class);
      Files.delete(plain);
    }
  }

  @ParameterizedTest
  @EnumSource
  void aStateUnderAPassphraseWhoseSuiteWasAltered_isRefused(CipherSuite suite) throws IOException {
    init(suite, phrase()).close();
    alter(Grants.chainFolder(folder).resolve(StateFile.NAME), StateFile.MAGIC, StateFile.VERSION);
    assertThatThrownBy(() -> DeviceState.open(folder.resolve("state"), "", phrase()))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("altered");
  }

  @ParameterizedTest
  @EnumSource
  void aStateThatIsCalledAnOlderVersion_isRefused(CipherSuite suite) throws IOException {
    init(suite, Passphrase.none()).close();
    Path file = Grants.chainFolder(folder).resolve(StateFile.NAME);
    byte[] good = Files.readAllBytes(file);
    for (int version = 1; version < StateFile.VERSION; version++) {
      Files.write(file, good);
      relabel(file, StateFile.MAGIC, version);
      assertThatThrownBy(() -> DeviceState.open(folder.resolve("state")))
          .isInstanceOf(BadInputException.class);
    }
  }

  /** Nothing but the checksum protects a state without a passphrase; the tables find it. */
  @ParameterizedTest
  @EnumSource
  void aPlainStateWhoseSuiteWasAltered_findsNoTables(CipherSuite suite) throws IOException {
    Path grantFile = folder.resolve("session.grant");
    Path state = folder.resolve("state");
    Path tables = folder.resolve("tables");
    var bundle = SessionModel.bundle(31);
    try (OwnerFile owner = OwnerFile.create(folder.resolve("owner"));
        Grant grant = owner.provision("meter-1", bundle, suite)) {
      grant.write(grantFile);
      WrittenTables.write(bundle, owner, "meter-1", 2, tables);
    }
    DeviceState.init(grantFile, state).close();
    Path chain = ChainFolders.all(state).get(0).resolve(StateFile.NAME);
    try (DeviceState opened = DeviceState.open(state)) {
      TableFolder.open(tables, opened).close();
    }
    alter(chain, StateFile.MAGIC, StateFile.VERSION);
    try (DeviceState opened = DeviceState.open(state)) {
      assertThat(opened.suite()).isEqualTo(other(suite));
      assertThatThrownBy(() -> TableFolder.open(tables, opened))
          .isInstanceOf(RefusedException.class)
          .hasMessageContaining("expected the cipher suite " + other(suite));
    }
  }
}
