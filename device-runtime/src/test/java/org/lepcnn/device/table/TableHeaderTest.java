/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lepcnn.core.io.CheckedFile;
import org.lepcnn.core.io.CorruptFileException;
import org.lepcnn.device.key.CipherSuite;

/** A header is what its version says, to the last byte. */
class TableHeaderTest {
  private static final TableHeader HEADER =
      new TableHeader(TestTables.id(0, 2), 1, CipherSuite.AES, new byte[TableHeader.SALT_BYTES]);

  @TempDir Path folder;

  @Test
  void aHeaderAlone_isReadToTheFilesEnd() throws IOException {
    Path file = Files.write(folder.resolve("table"), HEADER.toBytes());
    assertThat(TableDescription.read(file).id()).isEqualTo(HEADER.id());
  }

  @Test
  void bytesBehindTheLastField_areCorrupt_thoughTheChecksumIsRight() throws IOException {
    byte[] good = HEADER.toBytes();
    byte[] longer = Arrays.copyOfRange(good, 16, good.length - 31);
    assertCorrupt(
        CheckedFile.frame(TableHeader.MAGIC, TableHeader.VERSION, longer), "1 bytes follow");
  }

  @Test
  void aFileWithoutRoomForAHeader_saysWhatItHas() throws IOException {
    assertCorrupt(Arrays.copyOf(HEADER.toBytes(), 10), "expected at least 48 bytes; found 10");
  }

  @Test
  void aHeaderThatIsCutOff_saysWhatIsThere() throws IOException {
    byte[] good = HEADER.toBytes();
    assertCorrupt(
        Arrays.copyOf(good, good.length - 1),
        "a body of "
            + (good.length - 48)
            + " bytes, as its header says; found "
            + (good.length - 49));
  }

  @Test
  void aLengthThatLies_isCorrupt() throws IOException {
    for (long length : new long[] {-1, Long.MIN_VALUE, Long.MAX_VALUE, 1 << 20}) {
      byte[] lying = HEADER.toBytes();
      ByteBuffer.wrap(lying).putLong(8, length);
      assertCorrupt(lying, "a body of " + length + " bytes");
    }
  }

  private void assertCorrupt(byte[] bytes, String reason) throws IOException {
    Path file = Files.write(folder.resolve("table"), bytes);
    assertThatThrownBy(() -> TableDescription.read(file))
        .isInstanceOf(CorruptFileException.class)
        .hasMessageContaining(reason);
  }
}
