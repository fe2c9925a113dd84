/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.lepcnn.core.error.EnvironmentException;

@Timeout(60)
class SecondProcessTest {
  @TempDir Path folder;
  private Path stateFolder;
  private Process child;

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
    assertThat(child.waitFor(30, TimeUnit.SECONDS)).isTrue();
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
    BufferedReader out =
        new BufferedReader(new InputStreamReader(child.getInputStream(), StandardCharsets.UTF_8));
    return out.readLine();
  }
}
