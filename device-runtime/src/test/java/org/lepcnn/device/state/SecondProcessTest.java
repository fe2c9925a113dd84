/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lepcnn.core.error.EnvironmentException;

@Tag("slow")
class SecondProcessTest {
  @TempDir Path folder;
  private Path stateFolder;
  private Process child;
  private BufferedReader childSays;

  @BeforeEach
  void init() {
    Grants.init(folder).close();
    stateFolder = folder.resolve("state");
  }

  @AfterEach
  void endChild() throws InterruptedException {
    if (child != null) {
      child.destroyForcibly().waitFor();
    }
  }

  @Test
  void aStateThatAnotherProcessHolds_isLocked_andItsPassesAreGoneWhenThatIsKilled()
      throws Exception {
    assertThat(startChild()).isEqualTo("open");
    assertThatThrownBy(() -> DeviceState.open(stateFolder))
        .isInstanceOf(EnvironmentException.class)
        .hasMessageContaining("another process");
    child.destroyForcibly();
    assertThat(child.waitFor(300, TimeUnit.SECONDS)).isTrue();
    try (DeviceState state = DeviceState.open(stateFolder)) {
      assertThat(state.nextPass()).isEqualTo(10);
      assertThat(state.reserve(1).take().key()).isEqualTo(Grants.passKey(10));
    }
  }

  @Test
  void aStateThatThisProcessHolds_isLockedForAnother_evenAfterAFailedSecondOpening()
      throws Exception {
    try (DeviceState state = DeviceState.open(stateFolder)) {
      assertThatThrownBy(() -> DeviceState.open(stateFolder))
          .isInstanceOf(EnvironmentException.class);
      assertThat(startChild()).isEqualTo("exit 3");
      assertThat(state.nextPass()).isZero();
    }
  }

  @Test
  void deletingTheLockFile_letsNoSecondProcessWrite() throws Exception {
    assertThat(startChild()).isEqualTo("open");
    for (int turn = 0; turn < 3; turn++) {
      Files.deleteIfExists(Grants.chainFolder(folder).resolve(ChainFolders.LOCK_FILE));
      assertThatThrownBy(() -> DeviceState.open(stateFolder))
          .isInstanceOf(EnvironmentException.class)
          .hasMessageContaining("another process");
      assertThat(askChild()).isEqualTo("pass " + (10 + turn));
    }
    assertThat(DeviceState.describe(stateFolder).get(0).nextPass()).isEqualTo(13);
  }

  /** As a restored backup does; the copy itself is for the claim to stop. */
  @Test
  void aStateThatIsReplacedByACopy_isNotWrittenByTheProcessThatHasItOpen() throws Exception {
    Path file = Grants.chainFolder(folder).resolve(StateFile.NAME);
    byte[] copy = Files.readAllBytes(file);
    assertThat(startChild()).isEqualTo("open");
    Files.delete(Grants.chainFolder(folder).resolve(ChainFolders.LOCK_FILE));
    Path elsewhere = Files.write(folder.resolve("copy"), copy);
    Files.move(elsewhere, file, StandardCopyOption.ATOMIC_MOVE);
    try (DeviceState second = DeviceState.open(stateFolder)) {
      second.reserve(1);
      assertThat(askChild()).isEqualTo("ReplacedFileException");
      assertThat(second.reserve(1).take().number()).isEqualTo(1);
    }
    assertThat(DeviceState.describe(stateFolder).get(0).nextPass()).isEqualTo(2);
  }

  private String askChild() throws IOException {
    child.getOutputStream().write('r');
    child.getOutputStream().flush();
    return childSays.readLine();
  }

  private String startChild() throws IOException {
    Path java = Path.of(System.getProperty("java.home"), "bin", "java");
    child =
        new ProcessBuilder(
                java.toString(),
                "-Xmx64m",
                "-cp",
                System.getProperty("java.class.path"),
                StateHolderMain.class.getName(),
                stateFolder.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    childSays =
        new BufferedReader(new InputStreamReader(child.getInputStream(), StandardCharsets.UTF_8));
    return childSays.readLine();
  }
}
