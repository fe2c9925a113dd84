/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.lepcnn.core.error.RefusedException;
import org.lepcnn.core.model.Fingerprint;
import org.lepcnn.core.port.ChainId;
import org.lepcnn.device.key.CipherSuite;
import org.lepcnn.device.supply.ResidueBuffer;
import org.lepcnn.device.table.VectorSealer.Address;

/**
 * What a seal binds a vector to, each part by itself: under the same key and with the same nonces
 * it opens nowhere else.
 */
class VectorSealerTest {
  private static final SecretKey KEY = key(1);
  private static final long ORDINAL = 10;
  private static final Address ADDRESS = new Address(5, 1, VectorSealer.KIND_UNBLINDING);
  private static final TableId ID = TestTables.id(0, 2);

  /** Two whole segments. */
  private static final int LENGTH = 2 * VectorSealer.SEGMENT_BYTES / Integer.BYTES;

  private static final long SEGMENT = VectorSealer.sealedBytes(LENGTH) / 2;

  @TempDir Path folder;

  static Stream<Arguments> places() {
    return Stream.of(
        Arguments.of("another pass", ID, ORDINAL, new Address(6, 1, 0), KEY),
        Arguments.of("another layer", ID, ORDINAL, new Address(5, 2, 0), KEY),
        Arguments.of("another kind", ID, ORDINAL, new Address(5, 1, 1), KEY),
        Arguments.of("another place of the file", ID, ORDINAL + 1, ADDRESS, KEY),
        Arguments.of("another key", ID, ORDINAL, ADDRESS, key(2)),
        Arguments.of(
            "another device",
            new TableId("meter-2", ID.chain(), ID.model(), 0, 0, 2),
            ORDINAL,
            ADDRESS,
            KEY),
        Arguments.of(
            "another chain",
            new TableId(ID.device(), new ChainId(1, 3), ID.model(), 0, 0, 2),
            ORDINAL,
            ADDRESS,
            KEY),
        Arguments.of(
            "another model",
            new TableId(ID.device(), ID.chain(), otherModel(), 0, 0, 2),
            ORDINAL,
            ADDRESS,
            KEY));
  }

  @Test
  void aVector_opensWhereItWasSealedFor() throws IOException {
    assertThat(open(ID, ORDINAL, ADDRESS, KEY, sealed(), 0, LENGTH)).isEqualTo(values());
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("places")
  void aVector_opensNowhereElse(
      String name, TableId id, long ordinal, Address address, SecretKey key) {
    assertThatThrownBy(() -> open(id, ordinal, address, key, sealed(), 0, LENGTH))
        .as(name)
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("segment 0");
  }

  @Test
  void aSegment_isNoOtherSegmentOfItsVector() {
    assertThatThrownBy(() -> open(ID, ORDINAL + 1, ADDRESS, KEY, sealed(), SEGMENT, LENGTH))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("segment 0");
  }

  @Test
  void aSegment_isOfItsVersionAlone() {
    Address other =
        new Address(TableHeader.VERSION + 1, ADDRESS.pass(), ADDRESS.layer(), ADDRESS.kind());
    assertThatThrownBy(() -> open(ID, ORDINAL, other, KEY, sealed(), 0, LENGTH))
        .isInstanceOf(RefusedException.class);
  }

  @Test
  void theFirstSegment_isNoWholeVector() {
    assertThatThrownBy(() -> open(ID, ORDINAL, ADDRESS, KEY, sealed(), 0, LENGTH / 2))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("segment 0");
  }

  @Test
  void sealedSegments_areWhatThePackageSays() throws Exception {
    TableId longest = new TableId("m".repeat(128), ID.chain(), ID.model(), 0, 0, 2);
    int[] values = Arrays.copyOf(values(), LENGTH + 5);
    for (TableId id : List.of(ID, longest)) {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      new VectorSealer(id, CipherSuite.AES).seal(KEY, ORDINAL, ADDRESS, values, out);
      ByteArrayInputStream sealed = new ByteArrayInputStream(out.toByteArray());
      ByteArrayOutputStream opened = new ByteArrayOutputStream();
      for (int segment = 0; segment < 3; segment++) {
        byte[] data = SegmentFormat.associatedData(id, ADDRESS, segment, 3, values.length);
        byte[] bytes = sealed.readNBytes(SegmentFormat.BYTES + 16);
        opened.write(SegmentFormat.open(CipherSuite.AES, KEY, ORDINAL + segment, data, bytes));
      }
      assertThat(opened.toByteArray()).isEqualTo(SegmentFormat.littleEndian(values));
      assertThat(sealed.available()).isZero();
    }
  }

  @Test
  void aWholeSegment_takesNoSecondOne() {
    int whole = SegmentFormat.BYTES / 4;
    assertThat(VectorSealer.segments(whole - 1)).isEqualTo(1);
    assertThat(VectorSealer.segments(whole)).isEqualTo(1);
    assertThat(VectorSealer.segments(whole + 1)).isEqualTo(2);
    assertThat(VectorSealer.sealedBytes(whole)).isEqualTo(64 << 10);
  }

  @Test
  void erasure_overwritesTheBuffers() throws IOException {
    VectorSealer sealer = new VectorSealer(ID, CipherSuite.AES);
    sealer.seal(KEY, ORDINAL, ADDRESS, values(), new ByteArrayOutputStream());
    assertThat(sealer.plain).isNotEqualTo(new byte[sealer.plain.length]);
    assertThat(sealer.sealed).isNotEqualTo(new byte[sealer.sealed.length]);
    sealer.erase();
    assertThat(sealer.plain).isEqualTo(new byte[sealer.plain.length]);
    assertThat(sealer.sealed).isEqualTo(new byte[sealer.sealed.length]);
  }

  @Test
  void erasure_makesTheCipherForgetTheKeyThatSealed() throws IOException {
    VectorSealer sealer = new VectorSealer(ID, CipherSuite.AES);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    Address once = new Address(5, 2, 0);
    sealer.seal(KEY, ORDINAL, once, new int[7], out);
    assertThatThrownBy(() -> sealer.seal(KEY, ORDINAL, once, new int[7], out))
        .as("the platform remembers what it must not do twice")
        .isInstanceOf(IllegalStateException.class);
    for (int i = 0; i < 3; i++) {
      sealer.erase();
    }
    sealer.seal(KEY, ORDINAL, once, new int[7], out);
    assertThat(out.size()).isEqualTo(2 * VectorSealer.sealedBytes(7));
  }

  @Test
  void erasure_makesTheCipherForgetTheKeyThatOpened() throws Exception {
    int[] values = {3, 1, 4};
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    new VectorSealer(ID, CipherSuite.AES).seal(KEY, ORDINAL, ADDRESS, values, out);
    byte[] sealed = out.toByteArray();
    byte[] data = SegmentFormat.associatedData(ID, ADDRESS, 0, 1, values.length);
    VectorSealer sealer = new VectorSealer(ID, CipherSuite.AES);
    Path path = Files.write(folder.resolve("vector"), sealed);
    try (RandomAccessFile in = new RandomAccessFile(path.toFile(), "r")) {
      sealer.open(KEY, ORDINAL, ADDRESS, "test", in, 0, new ResidueBuffer(3), 3);
    }
    assertThat(SegmentFormat.opensAgain(sealer, data, sealed, values)).isTrue();
    sealer.erase();
    assertThat(SegmentFormat.opensAgain(sealer, data, sealed, values)).isFalse();
  }

  @Test
  void anExercise_opensItsMessageAsOftenAsItIsTold() {
    int once = keyUses(0);
    assertThat(once).isPositive();
    assertThat(keyUses(3)).isEqualTo(4 * once);
  }

  /** How often the platform asks for the key when one message is sealed, then opened. */
  private static int keyUses(int times) {
    AskedKey key = new AskedKey();
    new VectorSealer(ID, CipherSuite.AES).warmUp(key, ORDINAL, 64, times);
    return key.asked;
  }

  private static final class AskedKey implements SecretKey {
    private static final long serialVersionUID = 1L;

    private int asked;

    @Override
    public String getAlgorithm() {
      return KEY.getAlgorithm();
    }

    @Override
    public String getFormat() {
      return KEY.getFormat();
    }

    @Override
    public byte[] getEncoded() {
      asked++;
      return KEY.getEncoded();
    }
  }

  private int[] open(
      TableId id, long ordinal, Address address, SecretKey key, byte[] file, long at, int length)
      throws IOException {
    Path path = Files.write(folder.resolve("vector"), file);
    ResidueBuffer out = new ResidueBuffer(length);
    try (RandomAccessFile in = new RandomAccessFile(path.toFile(), "r")) {
      new VectorSealer(id, CipherSuite.AES)
          .open(key, ordinal, address, "test", in, at, out, length);
    }
    return out.toArray(length);
  }

  private static byte[] sealed() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    new VectorSealer(ID, CipherSuite.AES).seal(KEY, ORDINAL, ADDRESS, values(), out);
    return out.toByteArray();
  }

  private static int[] values() {
    int[] values = new int[LENGTH];
    Arrays.setAll(values, i -> i * 31 + 7);
    return values;
  }

  private static SecretKey key(int first) {
    byte[] bytes = new byte[32];
    bytes[0] = (byte) first;
    return new SecretKeySpec(bytes, "AES");
  }

  private static Fingerprint otherModel() {
    byte[] bytes = new byte[Fingerprint.BYTES];
    bytes[0] = 1;
    return Fingerprint.of(bytes);
  }
}
