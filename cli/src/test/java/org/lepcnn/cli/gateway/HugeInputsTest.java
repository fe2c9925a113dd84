/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli.gateway;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lepcnn.cli.data.Labels;
import org.lepcnn.cli.data.NpyFile;
import org.lepcnn.cli.data.Pictures;
import org.lepcnn.cli.data.TensorFile;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.fuzz.SparseFiles;

/** Configurations and inputs that are, or would become, larger than memory. */
class HugeInputsTest {
  @TempDir private Path folder;

  @Test
  void hugeFiles_areRefused() throws IOException {
    Path file = SparseFiles.enlarge(folder.resolve("huge"));

    refused(() -> GatewayConfig.read(file), "expected at most");
    refused(() -> NpyFile.read(file), "expected at most");
    refused(() -> TensorFile.read(file), "expected at most");
    refused(() -> Labels.read(file), "expected at most");
    refused(() -> Pictures.read(file), "expected at most");
  }

  /** Some sixty bytes that would become sixteen gigabytes of pixels. */
  @Test
  void aPictureThatPromisesTooManyPixels_isRefused() throws IOException {
    ByteBuffer bmp = ByteBuffer.allocate(64).order(ByteOrder.LITTLE_ENDIAN);
    bmp.put((byte) 'B').put((byte) 'M').putInt(64).putInt(0).putInt(54);
    bmp.putInt(40).putInt(65_535).putInt(65_535).putShort((short) 1).putShort((short) 32);
    Path file = Files.write(folder.resolve("bomb.bmp"), bmp.array());

    refused(() -> Pictures.read(file), "found 65535 x 65535");
  }

  private static void refused(ThrowingCallable reading, String why) {
    assertThatThrownBy(reading).isInstanceOf(BadInputException.class).hasMessageContaining(why);
  }
}
