/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.examples.meter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.lepcnn.examples.meter.render.MeterPicture;
import org.lepcnn.examples.meter.render.PictureRenderer;

class MeterDigitsTest {
  private static final int HEADER_BYTES = 128;

  @Test
  void heldout_writesNumpyFiles(@TempDir Path folder) throws Exception {
    TestCommands.run(
        List.of("heldout", "--count", "12", "--seed", "3", "--out"), folder.toString());
    ByteBuffer inputs = littleEndian(folder.resolve("inputs.npy"));
    assertThat(header(inputs))
        .startsWith("NUMPY")
        .contains("{'descr': '<f4', 'fortran_order': False, 'shape': (12, 1, 32, 32), }")
        .endsWith(" \n");
    assertThat(inputs.limit()).isEqualTo(HEADER_BYTES + 12 * MeterPicture.PIXELS * Float.BYTES);
    float[] expected = new float[MeterPicture.PIXELS];
    new PictureRenderer(3).picture(11).copyTo(expected, 0);
    float[] actual = new float[MeterPicture.PIXELS];
    int start = HEADER_BYTES + 11 * MeterPicture.PIXELS * Float.BYTES;
    inputs.position(start).slice().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(actual);
    assertThat(actual).isEqualTo(expected);

    ByteBuffer labels = littleEndian(folder.resolve("labels.npy"));
    assertThat(header(labels)).contains("'descr': '<i8'").contains("'shape': (12,), }");
    assertThat(labels.limit()).isEqualTo(HEADER_BYTES + 12 * Long.BYTES);
    assertThat(labels.getLong(HEADER_BYTES + 11 * Long.BYTES)).isEqualTo(1);
  }

  @ParameterizedTest
  @CsvSource({
    "paint, unknown command paint",
    "render --size, unknown option --size; expected one of [--count --out --seed]",
    "render --count, option --count has no value",
    "render --out x --count 0 --seed 1, 'option --count: expected 1 to 10000000, found 0'",
    "render --out x --count 1 --seed one, 'option --seed: expected a whole number, found one'",
    "render --count 1 --seed 1, option --out is missing",
    "render --seed 1 --seed 2 --out x, option --seed is given twice",
  })
  void wrongUsage_isExplained(String line, String message) {
    List<String> arguments = List.of(line.split(" ", -1));
    assertThatThrownBy(() -> new MeterDigits(System.out).run(arguments))
        .isInstanceOf(UsageException.class)
        .satisfies(
            e -> assertThat(e.getMessage().replace(",", "")).isEqualTo(message.replace(",", "")));
  }

  private static ByteBuffer littleEndian(Path file) throws Exception {
    return ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static String header(ByteBuffer file) {
    byte[] bytes = new byte[HEADER_BYTES - 1];
    file.get(1, bytes);
    return new String(bytes, StandardCharsets.US_ASCII);
  }
}
