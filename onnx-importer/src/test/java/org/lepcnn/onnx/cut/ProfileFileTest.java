/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx.cut;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.lepcnn.core.error.BadInputException;

class ProfileFileTest {
  @TempDir Path folder;

  @ParameterizedTest
  @MethodSource("org.lepcnn.onnx.cut.BuiltInProfiles#names")
  void whatIsWritten_isReadBack(String name) throws IOException {
    DeviceProfile profile = ProfileFile.named(name);

    assertThat(read(ProfileFile.text(profile))).isEqualTo(profile);
    assertThat(profile.provenance()).containsPattern("^(measured|model, not measured)");
  }

  @Test
  void aNameThatIsNeither_isRefusedWithTheBuiltInOnes() {
    for (String name : new String[] {"pi9", folder.toString(), "a\u0000b", ""}) {
      assertThatThrownBy(() -> ProfileFile.named(name))
          .isInstanceOf(BadInputException.class)
          .hasMessageContaining("a file, or one of")
          .hasMessageContaining("cortex-a53");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"version\":1|\"version\":2|version 2",
        "\"version\":1|\"version\":1.5|version 1.5",
        "\"version\":1|\"version\":\"1\"|a number",
        "lepcnn-device-profile|other|another format",
        "\"name\":\"cortex-a72\"|\"name\":\"\"|name",
        "\"name\":\"cortex-a72\"|\"name\":7|a string",
        "\"name\":\"cortex-a72\"|\"name\":\"a\\u001b[2Jb\"|printable",
        "\"roundMicros\":3000.0|\"roundMicros\":-1|from 0 to 1e9",
        "\"roundMicros\":3000.0|\"roundMicros\":1e10|from 0 to 1e9",
        "\"roundMicros\":3000.0|\"roundMicros\":1e400|a number",
        "\"roundMicros\":3000.0|\"roundMicros\":NaN|JSON",
        "\"roundMicros\":3000.0|\"roundMicros\":null|a number",
        "\"roundMicros\":3000.0|\"roundMicros\":[3000]|a number",
        "\"roundMicros\":3000.0,||no member roundMicros",
        "\"roundMicros\":3000.0|\"roundMicros\":1,\"roundMicros\":2|uplicate",
        "\"roundMicros\":3000.0|\"roundMicros\":1,\"more\":2|unknown member, more",
        "\"version\":1|\"version\":1,\"more\":{}|unknown member, more",
      })
  void whatIsNoProfile_isRefused(String what, String instead, String message) {
    String good = ProfileFile.text(ProfileFile.named("cortex-a72"));
    String bad = good.replace(what, instead == null ? "" : instead);
    assertThat(bad).isNotEqualTo(good);

    assertThatThrownBy(() -> read(bad))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining(message);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "{}", "[]", "null", "{\"format\":", "\u0000"})
  void whatIsNoObjectOfOurs_isRefused(String text) {
    assertThatThrownBy(() -> read(text)).isInstanceOf(BadInputException.class);
  }

  @Test
  void deepLongAndForeignFiles_areRefused() throws IOException {
    assertThatThrownBy(() -> read("[".repeat(10_000))).isInstanceOf(BadInputException.class);
    assertThatThrownBy(() -> read(" ".repeat(70_000)))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("at most 65536 bytes");
    Path bytes = folder.resolve("bytes");
    Files.write(bytes, new byte[] {(byte) 0xff, (byte) 0xfe, 0});
    assertThatThrownBy(() -> ProfileFile.read(bytes))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("UTF-8");
  }

  private DeviceProfile read(String text) throws IOException {
    Path file = folder.resolve("profile.json");
    Files.writeString(file, text);
    return ProfileFile.named(file.toString());
  }
}
