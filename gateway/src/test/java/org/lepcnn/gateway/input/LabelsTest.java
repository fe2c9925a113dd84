/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.gateway.input;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lepcnn.core.error.BadInputException;

class LabelsTest {
  @TempDir private Path folder;

  private Labels read(String text) throws IOException {
    return Labels.read(
        Files.write(folder.resolve("labels.csv"), text.getBytes(StandardCharsets.UTF_8)));
  }

  @Test
  void aByteOrderMark_isNoPartOfTheFirstLine() throws IOException {
    assertThat(read("\uFEFFfile,label\r\na.png,3\r\n").of("a.png", 0)).isEqualTo(3);
    assertThat(read("\uFEFFa.png,4").of("a.png", 0)).isEqualTo(4);
  }

  @Test
  void labelsOfOtherInputs_areToldBeforeAnythingRuns() throws IOException {
    Labels labels = read("pictures/a.png,3\n");
    assertThatThrownBy(() -> labels.requireSome(List.of("a.png")))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("without folders");
    labels.requireSome(List.of("b.png", "pictures/a.png"));
    Labels.none().requireSome(List.of("a.png"));
  }

  @Test
  void whatIsNoLabel_isNamedByItsLine() {
    for (String wrong : List.of("a.png", "a.png,", "a.png,x", "a.png,99999999999999999999")) {
      assertThatThrownBy(() -> read("file,label\n" + wrong))
          .as(wrong)
          .isInstanceOf(BadInputException.class)
          .hasMessageContaining("line 2");
    }
  }

  @Test
  void bytesThatAreNoText_areRefused() throws IOException {
    Path file = Files.write(folder.resolve("labels.csv"), new byte[] {(byte) 0xff, (byte) 0xfe});
    assertThatThrownBy(() -> Labels.read(file)).hasMessageContaining("UTF-8");
  }
}
