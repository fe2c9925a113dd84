/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A file that is moved keeps its name where it can, and never takes another one's place. */
class UniqueNamesTest {
  @TempDir private Path folder;

  private String moved(String name) throws IOException {
    Path file = Files.writeString(folder.resolve(name), "x");
    return UniqueNames.move(file, folder.resolve("into")).getFileName().toString();
  }

  private String movedWithText(String name, String ending) throws IOException {
    Path file = Files.writeString(folder.resolve(name), "x");
    Path moved = UniqueNames.move(file, folder.resolve("into"), ending, "why");
    assertThat(moved).hasContent("x");
    assertThat(moved.resolveSibling(moved.getFileName() + ending)).hasContent("why");
    return moved.getFileName().toString();
  }

  @Test
  void aTakenName_getsANumberBeforeItsEnding() throws IOException {
    assertThat(moved("a.png")).isEqualTo("a.png");
    assertThat(moved("a.png")).isEqualTo("a~2.png");
    assertThat(moved("a.png")).isEqualTo("a~3.png");
    assertThat(moved("a")).isEqualTo("a");
    assertThat(moved("a")).isEqualTo("a~2");
  }

  @Test
  void aNameAtTheFileSystemsLimit_isCutByWhatTheNumberAndTheRoomTake() throws IOException {
    String longest = "n".repeat(251) + ".png";
    assertThat(moved(longest)).isEqualTo(longest);
    assertThat(moved(longest)).isEqualTo("n".repeat(249) + "~2.png");
    assertThat(movedWithText(longest, ".reason.json")).isEqualTo("n".repeat(239) + ".png");
  }

  @Test
  void aNameOutsideAscii_isCutBetweenItsLetters() throws IOException {
    String umlauts = "ü".repeat(100) + "😀".repeat(13) + ".p";
    assertThat(umlauts.getBytes(StandardCharsets.UTF_8)).hasSize(254);
    assertThat(movedWithText(umlauts, ".js")).isEqualTo("ü".repeat(100) + "😀".repeat(12) + ".p");
  }

  @Test
  void whatFollowsADotAndIsLong_isNoEnding() throws IOException {
    assertThat(movedWithText("a." + "b".repeat(253), ".reason.json"))
        .isEqualTo("a." + "b".repeat(241));
  }

  /** Neither the file nor its text takes another one's place, however it came to its name. */
  @Test
  void aNameWhoseTextIsTaken_getsANumber() throws IOException {
    assertThat(moved("a.png.why")).isEqualTo("a.png.why");
    assertThat(movedWithText("a.png", ".why")).isEqualTo("a~2.png");
    assertThat(folder.resolve("into/a.png.why")).hasContent("x");
    assertThat(movedWithText("b.png", ".why")).isEqualTo("b.png");
    assertThat(moved("b.png.why")).isEqualTo("b.png~2.why");
    assertThat(moved("c.png")).isEqualTo("c.png");
    assertThat(movedWithText("c.png", ".why")).isEqualTo("c~2.png");
    assertThat(folder.resolve("into/c.png.why")).doesNotExist();
  }
}
