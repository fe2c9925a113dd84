/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.error.RefusedException;
import org.lepcnn.core.field.ResidueField;
import org.lepcnn.core.io.CheckedFile;
import org.lepcnn.core.io.CorruptFileException;
import org.lepcnn.core.io.FileTooNewException;
import org.lepcnn.core.linear.ConvGeometry;
import org.lepcnn.core.model.Fingerprint;
import org.lepcnn.core.model.LinearLayerSpec;
import org.lepcnn.core.model.MaskedTensorSpec;
import org.lepcnn.core.model.Plan;
import org.lepcnn.core.port.ChainId;
import org.lepcnn.device.integrity.GroupChallenges;
import org.lepcnn.device.key.CipherSuite;
import org.lepcnn.device.key.TestSecrets;
import org.lepcnn.device.supply.DamagedTableException;
import org.lepcnn.device.supply.PassTables;
import org.lepcnn.device.supply.ResidueBuffer;

class TableTamperTest {
  private static final GroupChallenges GROUP = TestTables.group(CipherSuite.AES, 0, 1);

  @TempDir Path folder;
  private final TableLayout layout = new TableLayout(TestTables.PLAN, 1);
  private Path file;
  private byte[] good;
  private int header;

  @BeforeEach
  void write() throws IOException {
    file = TestTables.write(folder, TestTables.id(0, 2), 1);
    good = Files.readAllBytes(file);
    header = good.length - (int) layout.bytes(3);
  }

  @Test
  void aChangedBit_isRefused_whereverItIs() throws IOException {
    for (int layer = 0; layer < 3; layer++) {
      int at = header + (int) layout.layerOffset(1, layer);
      int end =
          layer == 2
              ? header + (int) layout.sectionOffset(2)
              : header + (int) layout.layerOffset(1, layer + 1);
      for (int place : new int[] {at, at + 50, end - 17, end - 1}) {
        flip(place);
        assertRefused(1, layer);
        assertReadable(0);
        assertReadable(2);
      }
    }
  }

  @Test
  void afterARefusal_nothingOfTheVectorIsLeft() throws IOException {
    flip(header + (int) layout.sectionOffset(1) - 1); // the last byte of layer 2
    int[] out = new int[TestTables.geometry(2).outputSize()];
    Arrays.fill(out, 7);
    try (TableFolder tables = TestTables.open(folder)) {
      assertThatThrownBy(() -> tables.readLayer(0, TestTables.passKey(0), GROUP, 2, out))
          .isInstanceOf(RefusedException.class)
          .hasMessageContaining("pass 0, layer 2");
    }
    assertThat(out).containsOnly(0);
  }

  @Test
  void afterARefusal_theRoomIsEmpty() throws IOException {
    flip(header + (int) layout.sectionOffset(1) - 1); // the last byte of layer 2
    ResidueBuffer buffer = new ResidueBuffer(TestTables.geometry(2).outputSize() + 3);
    for (int i = 0; i < buffer.capacity(); i++) {
      buffer.residues().put(i, 7);
    }
    try (TableFolder tables = TestTables.open(folder);
        PassTables.PassFactors table = tables.openPass(0, TestTables.passKey(0), GROUP)) {
      assertThatThrownBy(() -> table.readLayer(2, buffer))
          .isInstanceOf(RefusedException.class)
          .hasMessageContaining("pass 0, layer 2");
    }
    assertThat(buffer.toArray(buffer.capacity())).containsOnly(0);
  }

  @Test
  void aRoomThatIsTooSmall_isRefused() throws IOException {
    ResidueBuffer buffer = new ResidueBuffer(TestTables.geometry(2).outputSize() - 1);
    try (TableFolder tables = TestTables.open(folder);
        PassTables.PassFactors table = tables.openPass(0, TestTables.passKey(0), GROUP)) {
      assertThatThrownBy(() -> table.readLayer(2, buffer))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void changedChallenges_areRefused() throws IOException {
    flip(header + (int) layout.challengeOffset(1, 0) + 3);
    try (TableFolder tables = TestTables.open(folder)) {
      assertThatThrownBy(() -> tables.challenges(0, TestTables.groupKey(0)))
          .isInstanceOf(RefusedException.class)
          .hasMessageContaining("challenge 0 of group 0, layer 1");
    }
  }

  @Test
  void swappedPassSections_areRefused() throws IOException {
    int first = header + (int) layout.sectionOffset(0);
    int second = header + (int) layout.sectionOffset(1);
    swap(first, second, second - first);
    assertRefused(0, 0);
    assertRefused(1, 0);
    assertReadable(2);
  }

  @Test
  void factorsOfSwappedPasses_areRefused_alsoWhereTheirSidesStay() throws IOException {
    int first = header + (int) layout.layerOffset(0, 0);
    int second = header + (int) layout.layerOffset(1, 0);
    swap(first, second, header + (int) layout.sectionOffset(1) - first);
    assertRefused(0, 0);
    assertRefused(1, 0);
    assertReadable(2);
  }

  @Test
  void sidesOfSwappedPasses_areRefused() throws IOException {
    int length = (int) (layout.layerOffset(0, 0) - layout.sectionOffset(0));
    int first = header + (int) layout.sectionOffset(0);
    swap(first, header + (int) layout.sectionOffset(1), length);
    assertRefused(0, 0);
    assertRefused(1, 0);
    assertReadable(2);
  }

  private void swap(int first, int second, int length) throws IOException {
    byte[] swapped = good.clone();
    System.arraycopy(good, first, swapped, second, length);
    System.arraycopy(good, second, swapped, first, length);
    Files.write(file, swapped);
  }

  @Test
  void aSectionFromAnotherWritingOfTheSamePasses_isRefused() throws IOException {
    TestTables.write(folder, TestTables.id(0, 2), 1);
    byte[] other = Files.readAllBytes(file);
    int first = header + (int) layout.sectionOffset(1);
    int length = header + (int) layout.sectionOffset(2) - first;
    System.arraycopy(good, first, other, first, length);
    Files.write(file, other);
    assertReadable(0);
    assertRefused(1, 0);
  }

  @Test
  void truncatedOrLengthenedFiles_areCorrupt() throws IOException {
    for (int length : new int[] {good.length - 1, good.length + 1, header, header - 1, 10, 0}) {
      Files.write(file, Arrays.copyOf(good, length));
      assertThatThrownBy(() -> TestTables.open(folder))
          .as("length %d", length)
          .isInstanceOf(CorruptFileException.class);
    }
  }

  @Test
  void aFileCutByWholePasses_isCorrupt_becauseItsHeaderSaysMore() throws IOException {
    Files.write(file, Arrays.copyOf(good, header + (int) layout.sectionOffset(2)));
    assertThatThrownBy(() -> TestTables.open(folder)).isInstanceOf(CorruptFileException.class);
  }

  @Test
  void aRenamedFile_isRefused() throws IOException {
    Files.move(file, folder.resolve("0-3-5.lept"));
    assertThatThrownBy(() -> TestTables.open(folder))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("0-0-2.lept");
  }

  @Test
  void aForgedHeader_opensNothing() throws IOException {
    TableId other = TestTables.id(3, 5);
    byte[] salt = salt();
    byte[] forged = new TableHeader(other, 1, CipherSuite.AES, salt).toBytes();
    assertThat(forged).hasSize(header);
    byte[] bytes = good.clone();
    System.arraycopy(forged, 0, bytes, 0, header);
    Files.delete(file);
    Files.write(folder.resolve(other.fileName()), bytes);
    try (TableFolder tables = TestTables.open(folder)) {
      for (long pass = 3; pass <= 5; pass++) {
        long asked = pass;
        assertThatThrownBy(() -> TestTables.read(tables, asked, 0))
            .isInstanceOf(RefusedException.class);
      }
    }
    // with the right salt and header again the same bytes open
    assertThat(new TableHeader(TestTables.id(0, 2), 1, CipherSuite.AES, salt).toBytes())
        .isEqualTo(Arrays.copyOf(good, header));
  }

  private byte[] salt() throws IOException {
    try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "r")) {
      return TableHeader.read(file, open).header().salt();
    }
  }

  @Test
  void anotherPassOrKey_opensNothing() {
    try (TableFolder tables = TestTables.open(folder)) {
      int[] out = new int[75];
      assertThatThrownBy(() -> tables.readLayer(1, TestTables.passKey(0), GROUP, 0, out))
          .isInstanceOf(RefusedException.class);
      assertThatThrownBy(() -> tables.challenges(0, TestTables.groupKey(1)))
          .isInstanceOf(RefusedException.class);
      assertThat(tables.challenges(0, TestTables.groupKey(0)).vectors(TestSecrets.ACCESS))
          .hasSize(3);
    }
  }

  @Test
  void tablesOfAnotherDeviceChainOrModel_areRefused() {
    byte[] otherModel = new byte[32];
    otherModel[0] = 1;
    List<Runnable> wrong =
        List.of(
            () -> open("meter-2", TestTables.CHAIN, TestTables.MODEL),
            () -> open(TestTables.DEVICE, new ChainId(1, 3), TestTables.MODEL),
            () -> open(TestTables.DEVICE, TestTables.CHAIN, Fingerprint.of(otherModel)));
    String found =
        "found 0-0-2.lept of device meter-1, chain "
            + TestTables.CHAIN
            + ", model "
            + TestTables.MODEL.shortName();
    for (Runnable opening : wrong) {
      assertThatThrownBy(opening::run)
          .isInstanceOf(RefusedException.class)
          .hasMessageContaining("precomputed for this chain")
          .hasMessageContaining(found);
    }
  }

  @Test
  void aPlanOfOtherShapes_isRefused() {
    Plan other =
        new Plan(
            List.of(new MaskedTensorSpec(0, 0, 4, ResidueField.P31)),
            List.of(new LinearLayerSpec(0, 0, ConvGeometry.fullyConnected(1, 4, 4))));
    assertThatThrownBy(
            () ->
                TableFolder.open(
                    folder,
                    TestTables.DEVICE,
                    TestTables.CHAIN,
                    CipherSuite.AES,
                    TestTables.MODEL,
                    other))
        .isInstanceOf(CorruptFileException.class)
        .hasMessageContaining("plan");
  }

  @Test
  void otherFilesAndVersions_areToldApart() throws IOException {
    Files.write(
        file,
        "not a table at all, but long enough to hold a header"
            .repeat(2)
            .getBytes(java.nio.charset.StandardCharsets.UTF_8));
    assertThatThrownBy(() -> TableDescription.read(file))
        .isInstanceOf(CorruptFileException.class)
        .hasMessageContaining("magic");
    byte[] body = Arrays.copyOfRange(good, 16, header - 32);
    Files.write(file, CheckedFile.frame(TableHeader.MAGIC, TableHeader.VERSION + 1, body));
    assertThatThrownBy(() -> TableDescription.read(file)).isInstanceOf(FileTooNewException.class);
    byte[] hugeLength = good.clone();
    ByteBuffer.wrap(hugeLength).putLong(8, Long.MAX_VALUE);
    Files.write(file, hugeLength);
    assertThatThrownBy(() -> TableDescription.read(file)).isInstanceOf(CorruptFileException.class);
    assertThatThrownBy(() -> TableDescription.read(folder.resolve("absent.lept")))
        .isInstanceOf(BadInputException.class);
  }

  @Test
  void tablesWithAndWithoutTheDoubleCheck_doNotMix() {
    TestTables.write(folder, TestTables.id(3, 3), 2);
    assertThatThrownBy(() -> TestTables.open(folder))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("double check");
  }

  private static void open(String device, ChainId chain, Fingerprint model, Path folder) {
    TableFolder.open(folder, device, chain, CipherSuite.AES, model, TestTables.PLAN).close();
  }

  private void open(String device, ChainId chain, Fingerprint model) {
    open(device, chain, model, folder);
  }

  private void flip(int at) throws IOException {
    byte[] damaged = good.clone();
    damaged[at] ^= 1;
    Files.write(file, damaged);
  }

  private void assertRefused(long pass, int layer) {
    try (TableFolder tables = TestTables.open(folder)) {
      assertThatThrownBy(() -> TestTables.read(tables, pass, layer))
          .isInstanceOf(DamagedTableException.class)
          .hasMessageContaining("pass " + pass);
    }
  }

  private void assertReadable(long pass) {
    try (TableFolder tables = TestTables.open(folder)) {
      assertThat(TestTables.read(tables, pass, 0)).isEqualTo(TestTables.u(pass, 0));
    }
  }
}
