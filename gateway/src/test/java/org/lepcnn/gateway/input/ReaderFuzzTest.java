/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.gateway.input;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.ByteString;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lepcnn.core.fuzz.ByteMutator;
import org.lepcnn.core.fuzz.FuzzRun;
import org.lepcnn.device.stage.HostTensor;
import org.lepcnn.gateway.picture.PictureFile;
import org.lepcnn.gateway.picture.Pictures;
import org.lepcnn.gateway.picture.PicturesTest;

/**
 * Damaged arrays, tensors, pictures and labels are read or refused with a typed error, nothing
 * else.
 *
 * <p>A longer run: {@code ./mvnw verify -Pfuzz -pl cli -am} with {@code -Dfuzz.inputs=N} for each
 * reader and {@code -Dfuzz.seed=S}.
 */
@Tag("slow")
class ReaderFuzzTest {
  private static final String READ = "read";
  private static final int SIDE = 9;

  private record Reader(String name, byte[] file, Consumer<Path> read) {}

  @TempDir private static Path folder;

  @BeforeAll
  static void decodeInMemory() {
    ImageIO.setUseCache(false);
  }

  @Test
  void damagedInputs_areReadOrRefused() throws IOException {
    List<Reader> readers =
        List.of(
            new Reader("a.npy", NpyBytes.floats("2, 3", 1, 2, 3, 4, 5, 6), NpyFile::read),
            new Reader("b.npy", NpyBytes.of("|u1", "1, 4", new byte[4]), NpyFile::read),
            new Reader("a.pb", tensor(), TensorFile::read),
            new Reader("a.png", picture("png", BufferedImage.TYPE_INT_ARGB), Pictures::read),
            new Reader("b.png", picture("png", BufferedImage.TYPE_BYTE_GRAY), Pictures::read),
            new Reader("a.jpg", picture("jpeg", BufferedImage.TYPE_INT_RGB), Pictures::read),
            new Reader("a.gif", picture("gif", BufferedImage.TYPE_INT_RGB), Pictures::read),
            new Reader("a.bmp", picture("bmp", BufferedImage.TYPE_INT_RGB), Pictures::read),
            new Reader("a.webp", PicturesTest.webp(9, 3, 0b1001110), Pictures::read),
            new Reader("b.jpg", PicturesTest.inks(), Pictures::read),
            new Reader(
                "a.yaml",
                "{preset: imagenet, mean: [1, 2, 3], scale: 1/255, top: 3}"
                    .getBytes(StandardCharsets.UTF_8),
                file -> PictureFile.read(file.toString())),
            new Reader("a.csv", labels(), Labels::read));
    long attempts = Long.getLong("fuzz.inputs", 200) * readers.size();
    new FuzzRun(Long.getLong("fuzz.seed", 7), (random, number) -> attempt(readers, random, number))
        .check("Damaged inputs", attempts, READ, FuzzRun.REFUSED);
  }

  private static String attempt(List<Reader> readers, ByteMutator random, long number)
      throws IOException {
    Reader reader = readers.get((int) (number % readers.size()));
    byte[] other = random.oneOf(readers).file();
    Path file = Files.write(folder.resolve(reader.name()), random.damaged(reader.file(), other));
    reader.read().accept(file);
    return READ;
  }

  private static byte[] tensor() {
    return TensorProto.newBuilder()
        .setDataType(HostTensor.FLOAT)
        .addDims(2)
        .addDims(2)
        .setRawData(ByteString.copyFrom(new byte[4 * Float.BYTES]))
        .build()
        .toByteArray();
  }

  private static byte[] labels() {
    return "a.png,3\nb.png,4\n\"c, d.png\",5\n".getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] picture(String format, int type) throws IOException {
    BufferedImage picture = new BufferedImage(SIDE, SIDE, type);
    for (int i = 0; i < SIDE * SIDE; i++) {
      picture.setRGB(i % SIDE, i / SIDE, 0xff000000 | i * 0x031507);
    }
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    assertThat(ImageIO.write(picture, format, file)).as(format).isTrue();
    return file.toByteArray();
  }
}
