/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import javax.crypto.Cipher;
import javax.crypto.spec.ChaCha20ParameterSpec;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.lepcnn.core.error.RefusedException;
import org.lepcnn.core.field.ResidueField;
import org.lepcnn.core.io.BodyWriter;
import org.lepcnn.core.io.CheckedFile;
import org.lepcnn.core.io.CorruptFileException;
import org.lepcnn.device.key.CipherSuite;
import org.lepcnn.device.key.GroupKey;
import org.lepcnn.device.key.PassKey;
import org.lepcnn.device.key.SecretKey;
import org.lepcnn.device.key.TestSecrets;
import org.lepcnn.device.supply.ResidueBuffer;

/** Tables of each cipher suite, and that one is never taken for the other. */
class SuiteTablesTest {
  private static final TableId ID = TestTables.id(0, 2);
  private static final VectorSealer.Address ADDRESS = new VectorSealer.Address(0, 1, 0);

  /** The suite, the last byte of its int32, lies before salt and checksum. */
  private static final int SUITE_FROM_HEADER_END = 32 + 32 + 4 + 1;

  @TempDir Path folder;
  private final TableLayout layout = new TableLayout(TestTables.PLAN, 2);

  private static CipherSuite other(CipherSuite suite) {
    return suite == CipherSuite.AES ? CipherSuite.CHACHA : CipherSuite.AES;
  }

  @ParameterizedTest
  @EnumSource
  void whatWasSealed_isRead_alsoTwiceInARow(CipherSuite suite) throws IOException {
    Path file = TestTables.write(suite, folder, ID, 2);
    assertThat(TableDescription.read(file).suite()).isEqualTo(suite);
    try (TableFolder tables = TestTables.open(suite, folder);
        GroupKey groupKey = TestTables.groupKey(suite, 0)) {
      tables.warmUp();
      for (long pass = 2; pass >= 0; pass--) {
        for (int layer = 0; layer < 3; layer++) {
          for (int time = 0; time < 2; time++) {
            assertThat(TestTables.read(suite, tables, pass, layer))
                .isEqualTo(TestTables.u(pass, layer));
          }
        }
      }
      List<int[]> found = tables.challenges(0, groupKey).vectors(TestSecrets.ACCESS);
      assertThat(found).containsExactlyElementsOf(TestTables.challenges(0, 2));
    }
  }

  @ParameterizedTest
  @EnumSource
  void aSegment_isWhatThePackageSays(CipherSuite suite) throws Exception {
    int[] values = TestTables.u(0, 1);
    byte[] sealed = sealed(suite, values);
    byte[] data = SegmentFormat.associatedData(ID, ADDRESS, 0, 1, values.length);
    assertThat(SegmentFormat.open(suite, key(suite), 9, data, sealed))
        .isEqualTo(SegmentFormat.littleEndian(values));
  }

  /** Written a second time from the text of the package. */
  @ParameterizedTest
  @EnumSource
  void factors_lieAsThePackageSays(CipherSuite suite) throws Exception {
    Path file = TestTables.write(suite, folder, ID, 2);
    byte[] bytes = Files.readAllBytes(file);
    int header = bytes.length - (int) layout.bytes(3);
    byte[] salt;
    try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "r")) {
      salt = TableHeader.read(file, open).header().salt();
    }
    boolean aes = suite == CipherSuite.AES;
    try (PassKey key = TestTables.passKey(suite, 1)) {
      byte[] secret = TestSecrets.bytes(key.factorKey(ResidueField.P31, salt));
      for (int layer = 0; layer < 3; layer++) {
        Cipher cipher = Cipher.getInstance(aes ? "AES/CTR/NoPadding" : "ChaCha20");
        ByteBuffer block = ByteBuffer.allocate(aes ? 16 : 12);
        block.order(aes ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
        block.putLong(aes ? 0 : Integer.BYTES, layer);
        cipher.init(
            Cipher.DECRYPT_MODE,
            new SecretKeySpec(secret, aes ? "AES" : "ChaCha20"),
            aes ? new IvParameterSpec(block.array()) : new ChaCha20ParameterSpec(block.array(), 0));
        int at = header + (int) layout.layerOffset(1, layer);
        int[] u = TestTables.u(1, layer);
        assertThat(cipher.doFinal(bytes, at, 4 * u.length))
            .isEqualTo(SegmentFormat.littleEndian(u));
      }
      int[] sides =
          TestTables.group(suite, 0, 2).factorSides(TestTables.factors(1), TestSecrets.ACCESS);
      int at = header + (int) layout.sectionOffset(1);
      byte[] sealed = Arrays.copyOfRange(bytes, at, at + 4 * sides.length + 16);
      byte[] data =
          SegmentFormat.associatedData(ID, new VectorSealer.Address(1, 0, 3), 0, 1, sides.length);
      // six vectors of challenges, and a segment for each pass
      long number = 6 + 1;
      assertThat(
              SegmentFormat.open(
                  suite,
                  key.sealKey(salt).toCipherKey(suite, TestSecrets.ACCESS),
                  number,
                  data,
                  sealed))
          .isEqualTo(SegmentFormat.littleEndian(sides));
    }
  }

  @ParameterizedTest
  @EnumSource
  void aChangedBit_isRefused_whereverItIs_andNothingIsLeft(CipherSuite suite) throws IOException {
    Path file = TestTables.write(suite, folder, ID, 2);
    byte[] good = Files.readAllBytes(file);
    int header = good.length - (int) layout.bytes(3);
    int from = header + (int) layout.layerOffset(1, 1);
    int to = header + (int) layout.layerOffset(1, 2);
    for (int at = from; at < to; at += at < to - 17 ? 23 : 1) {
      byte[] changed = good.clone();
      changed[at] ^= (byte) (1 << at % 8);
      Files.write(file, changed);
      int[] out = new int[TestTables.geometry(1).outputSize()];
      Arrays.fill(out, 7);
      try (TableFolder tables = TestTables.open(suite, folder);
          PassKey key = TestTables.passKey(suite, 1)) {
        assertThatThrownBy(() -> tables.readLayer(1, key, TestTables.group(suite, 0, 2), 1, out))
            .isInstanceOf(RefusedException.class)
            .hasMessageContaining("pass 1, layer 1");
        assertThat(out).containsOnly(0);
        assertThat(TestTables.read(suite, tables, 1, 0)).isEqualTo(TestTables.u(1, 0));
      }
    }
    byte[] changed = good.clone();
    changed[header + (int) layout.challengeOffset(1, 1)] ^= 1;
    Files.write(file, changed);
    try (TableFolder tables = TestTables.open(suite, folder);
        GroupKey groupKey = TestTables.groupKey(suite, 0)) {
      assertThatThrownBy(() -> tables.challenges(0, groupKey)).isInstanceOf(RefusedException.class);
    }
  }

  @ParameterizedTest
  @EnumSource
  void aTableOfTheOtherSuite_isRefused_beforeAnythingIsOpened(CipherSuite suite) {
    TestTables.write(suite, folder, ID, 1);
    assertThatThrownBy(() -> TestTables.open(other(suite), folder))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("expected the cipher suite " + other(suite) + " of chain")
        .hasMessageContaining("found " + suite);
  }

  /** With a right checksum: whoever can write the file can make one. */
  @ParameterizedTest
  @EnumSource
  void aSuiteThatWasAltered_isRefused_alsoWhereTheChainsIsAlteredAlike(CipherSuite suite)
      throws IOException {
    Path file = TestTables.write(suite, folder, ID, 1);
    byte[] bytes = Files.readAllBytes(file);
    int header = bytes.length - (int) new TableLayout(TestTables.PLAN, 1).bytes(3);
    byte[] damaged = bytes.clone();
    damaged[header - SUITE_FROM_HEADER_END] ^= 1;
    Files.write(file, damaged);
    assertThatThrownBy(() -> TestTables.open(suite, folder))
        .isInstanceOf(CorruptFileException.class);
    byte[] body = Arrays.copyOfRange(damaged, 16, header - 32);
    byte[] forged = CheckedFile.frame(TableHeader.MAGIC, TableHeader.VERSION, body);
    System.arraycopy(forged, 0, damaged, 0, header);
    Files.write(file, damaged);
    assertThatThrownBy(() -> TestTables.open(suite, folder))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("expected the cipher suite " + suite);
    try (TableFolder tables = TestTables.open(other(suite), folder);
        GroupKey groupKey = TestTables.groupKey(other(suite), 0)) {
      for (int layer = 0; layer < 3; layer++) {
        int asked = layer;
        assertThatThrownBy(() -> TestTables.read(other(suite), tables, 0, asked))
            .isInstanceOf(RefusedException.class);
        assertThatThrownBy(() -> TestTables.read(suite, tables, 0, asked))
            .isInstanceOf(RefusedException.class);
      }
      assertThatThrownBy(() -> tables.challenges(0, groupKey)).isInstanceOf(RefusedException.class);
    }
  }

  @Test
  void aSuiteThatNobodyKnows_andAHeaderOfAnotherVersion_areCorrupt() throws IOException {
    Path file = TestTables.write(folder, ID, 1);
    byte[] bytes = Files.readAllBytes(file);
    int header = bytes.length - (int) new TableLayout(TestTables.PLAN, 1).bytes(3);
    byte[] body = Arrays.copyOfRange(bytes, 16, header - 32);
    for (int version = TableHeader.OLDEST_VERSION; version < TableHeader.VERSION; version++) {
      Files.write(file, CheckedFile.frame(TableHeader.MAGIC, version, body));
      assertThatThrownBy(() -> TableDescription.read(file))
          .isInstanceOf(CorruptFileException.class);
    }
    body[header - SUITE_FROM_HEADER_END - 16] = 2;
    Files.write(file, CheckedFile.frame(TableHeader.MAGIC, TableHeader.VERSION, body));
    assertThatThrownBy(() -> TableDescription.read(file))
        .isInstanceOf(CorruptFileException.class)
        .hasMessageContaining("cipher suite 2");
  }

  /** Versions 1 and 2 named no suite. */
  @Test
  void headersOfOlderVersions_areOfAes() throws IOException {
    BodyWriter body = new BodyWriter().string(ID.device());
    body.int64(ID.chain().high()).int64(ID.chain().low()).bytes(ID.model().toBytes());
    body.int64(0).int64(0).int64(2).int32(1).bytes(new byte[TableHeader.SALT_BYTES]);
    Path file = folder.resolve(ID.fileName());
    for (int version = TableHeader.OLDEST_VERSION; version < TableHeader.VERSION; version++) {
      Files.write(file, CheckedFile.frame(TableHeader.MAGIC, version, body.toByteArray()));
      assertThat(TableDescription.read(file).suite()).isEqualTo(CipherSuite.AES);
    }
  }

  @ParameterizedTest
  @EnumSource
  void aWriter_takesNoPassKeyOfTheOtherSuite(CipherSuite suite) {
    try (GroupKey groupKey = TestTables.groupKey(suite, 0);
        TableWriter writer = TableWriter.create(folder, ID, TestTables.PLAN, 1, groupKey)) {
      writer.writeChallenges(TestTables.group(suite, 0, 1));
      assertThatThrownBy(() -> TestTables.writePass(other(suite), writer, 0))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("expected a key of suite " + suite);
      TestTables.writePass(suite, writer, 0);
    }
  }

  @ParameterizedTest
  @EnumSource
  void erasure_makesTheCipherForgetItsKeys(CipherSuite suite) throws Exception {
    VectorSealer sealer = new VectorSealer(ID, suite);
    sealer.seal(key(suite), 9, ADDRESS, new int[7], new ByteArrayOutputStream());
    assertThatThrownBy(
            () -> sealer.seal(key(suite), 9, ADDRESS, new int[7], new ByteArrayOutputStream()))
        .as("no nonce comes twice under a key")
        .isInstanceOf(IllegalStateException.class);
    int[] values = TestTables.u(0, 1);
    byte[] sealed = sealed(suite, values);
    byte[] data = SegmentFormat.associatedData(ID, ADDRESS, 0, 1, values.length);
    Path path = Files.write(folder.resolve("vector"), sealed);
    try (RandomAccessFile in = new RandomAccessFile(path.toFile(), "r")) {
      ResidueBuffer out = new ResidueBuffer(values.length);
      sealer.open(key(suite), 9, ADDRESS, "test", in, 0, out, values.length);
      assertThat(out.toArray(values.length)).isEqualTo(values);
    }
    sealer.erase();
    assertThat(SegmentFormat.opensAgain(sealer, data, sealed, values)).isFalse();
    assertThat(sealer.plain).containsOnly(0);
    assertThat(sealer.sealed).containsOnly(0);
  }

  private static byte[] sealed(CipherSuite suite, int[] values) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    new VectorSealer(ID, suite).seal(key(suite), 9, ADDRESS, values, out);
    return out.toByteArray();
  }

  private static javax.crypto.SecretKey key(CipherSuite suite) {
    byte[] bytes = new byte[SecretKey.BYTES];
    bytes[5] = 3;
    return SecretKey.copyOf(bytes).toCipherKey(suite, TestSecrets.ACCESS);
  }
}
