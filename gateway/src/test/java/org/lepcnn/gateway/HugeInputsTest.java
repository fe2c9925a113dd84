/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.gateway;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.fuzz.SparseFiles;
import org.lepcnn.gateway.input.Labels;
import org.lepcnn.gateway.input.NpyFile;
import org.lepcnn.gateway.input.TensorFile;
import org.lepcnn.gateway.picture.Pictures;

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

  /** Some thirty bytes that would become four hundred megabytes of pixels. */
  @Test
  void aPictureThatPromisesTooManyPixels_isRefused() throws IOException {
    ByteBuffer png = ByteBuffer.allocate(64);
    png.putLong(0x89504e470d0a1a0aL).putInt(13).put("IHDR".getBytes(StandardCharsets.US_ASCII));
    png.putInt(20_000).putInt(20_000).put((byte) 8).put(new byte[4]);
    Path file = Files.write(folder.resolve("bomb.png"), png.array());

    refused(() -> Pictures.read(file), "found 20000 x 20000");
  }

  private static void refused(ThrowingCallable reading, String why) {
    assertThatThrownBy(reading).isInstanceOf(BadInputException.class).hasMessageContaining(why);
  }
}
