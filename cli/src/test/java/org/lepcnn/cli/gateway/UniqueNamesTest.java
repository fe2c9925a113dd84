/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli.gateway;

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

  private String moved(String name, int room) throws IOException {
    Path file = Files.writeString(folder.resolve(name), "x");
    return UniqueNames.move(file, folder.resolve("into"), room).getFileName().toString();
  }

  @Test
  void aTakenName_getsANumberBeforeItsEnding() throws IOException {
    assertThat(moved("a.png", 0)).isEqualTo("a.png");
    assertThat(moved("a.png", 0)).isEqualTo("a~2.png");
    assertThat(moved("a.png", 0)).isEqualTo("a~3.png");
    assertThat(moved("a", 0)).isEqualTo("a");
    assertThat(moved("a", 0)).isEqualTo("a~2");
  }

  @Test
  void aNameAtTheFileSystemsLimit_isCutByWhatTheNumberAndTheRoomTake() throws IOException {
    String longest = "n".repeat(251) + ".png";
    assertThat(moved(longest, 0)).isEqualTo(longest);
    assertThat(moved(longest, 0)).isEqualTo("n".repeat(249) + "~2.png");
    assertThat(moved(longest, 12)).isEqualTo("n".repeat(239) + ".png");
  }

  @Test
  void aNameOutsideAscii_isCutBetweenItsLetters() throws IOException {
    String umlauts = "ü".repeat(100) + "😀".repeat(13) + ".p";
    assertThat(umlauts.getBytes(StandardCharsets.UTF_8)).hasSize(254);
    assertThat(moved(umlauts, 3)).isEqualTo("ü".repeat(100) + "😀".repeat(12) + ".p");
  }

  @Test
  void whatFollowsADotAndIsLong_isNoEnding() throws IOException {
    assertThat(moved("a." + "b".repeat(253), 12)).isEqualTo("a." + "b".repeat(241));
  }
}
