/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VarintTest {
  @ParameterizedTest
  @CsvSource({
    "0, 00",
    "1, 01",
    "127, 7f",
    "128, 8001",
    "300, ac02",
    "16383, ff7f",
    "16384, 808001",
    "9223372036854775807, ffffffffffffffff7f",
    "-1, ffffffffffffffffff01",
    "-9223372036854775808, 80808080808080808001"
  })
  void numbers_comeBack(long number, String hex) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    Varint.write(number, out::write);
    assertThat(HexFormat.of().formatHex(out.toByteArray())).isEqualTo(hex);
    assertThat(read(hex)).isEqualTo(number);
  }

  @Test
  void aNumberThatDoesNotEnd_isRefused() {
    assertThatThrownBy(() -> read("80".repeat(10) + "00")).hasMessage("endless");
    assertThatThrownBy(() -> read("80")).isInstanceOf(BufferUnderflowException.class);
  }

  @Test
  void whatFollows_isLeftAlone() {
    ByteBuffer in = ByteBuffer.wrap(new byte[] {5, 6});
    assertThat(Varint.<RuntimeException>read(in::get, IllegalStateException::new)).isEqualTo(5);
    assertThat(in.position()).isEqualTo(1);
  }

  private static long read(String hex) {
    ByteBuffer in = ByteBuffer.wrap(HexFormat.of().parseHex(hex));
    return Varint.<RuntimeException>read(in::get, () -> new IllegalStateException("endless"));
  }
}
