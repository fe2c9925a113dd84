/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lepcnn.deployments.LocalLayout;

/**
 * The command as services and containers start it: in the C locale, from a folder of any name. The
 * steps are scripts, because this JVM may itself run in a locale that cannot name such a folder.
 */
class LauncherIT {
  private static final long LIMIT_SECONDS = 300;

  private record Ended(int status, String out, String err) {}

  @TempDir Path folder;

  @Test
  void namesOutsideAscii_areTakenInTheCLocale() throws Exception {
    Ended missing = run("exec \"$HOME_OF_LEPCNN/lepcnn\" inspect 'Größe 5 – 模型'");
    assertThat(missing.status()).isEqualTo(2);
    assertThat(missing.err()).contains("Größe 5 – 模型", "found nothing there");
    Ended present =
        run(
            """
            echo 'not ours' > 'läuft nicht'
            exec "$HOME_OF_LEPCNN/lepcnn" inspect 'läuft nicht'
            """);
    assertThat(present.status()).isEqualTo(2);
    assertThat(present.err()).contains("läuft nicht").doesNotContain("found nothing there");
  }

  @Test
  void anInstallation_mayLieInAFolderOfAnyName() throws Exception {
    Ended ended =
        run(
            """
            for part in deployments/local/conf cli/target/lepcnn-cli.jar cli/target/libs edge-job/target/edge-libs; do
              mkdir -p "ein Ördner/${part%/*}"
              ln -s "$HOME_OF_LEPCNN/$part" "ein Ördner/$part"
            done
            cp "$HOME_OF_LEPCNN/lepcnn" "ein Ördner/"
            "ein Ördner/lepcnn" inspect --help
            "ein Ördner/lepcnn" edge run --help
            rm -r "ein Ördner"
            """);
    assertThat(ended.err()).isEmpty();
    assertThat(ended.status()).isZero();
    assertThat(ended.out()).contains("Usage: lepcnn inspect", "--bootstrap-server");
  }

  @Test
  void commandsOnVectors_sayNothingOfTheIncubatingModule_andLoseNoOtherLine() throws Exception {
    Ended help = run("exec \"$HOME_OF_LEPCNN/lepcnn\" bench --help");
    assertThat(help.err()).isEmpty();
    assertThat(help.status()).isZero();
    Ended wrong = run("exec \"$HOME_OF_LEPCNN/lepcnn\" bench nothing-of-this-name");
    assertThat(wrong.status()).isEqualTo(2);
    assertThat(wrong.err()).contains("nothing-of-this-name").doesNotContain("incubator");
    Ended noJvm = run("LEPCNN_JAVA_OPTS=-Xmx1k exec \"$HOME_OF_LEPCNN/lepcnn\" bench --help");
    assertThat(noJvm.status()).isNotZero();
    assertThat(noJvm.out() + noJvm.err()).contains("heap");
  }

  @Test
  void anotherSystem_isToldSo() throws Exception {
    Ended ended =
        run(
            """
            printf '#!/bin/sh\\necho MINGW64_NT-10.0\\n' > uname
            chmod +x uname
            PATH="$PWD:$PATH" exec "$HOME_OF_LEPCNN/lepcnn" --help
            """);
    assertThat(ended.status()).isEqualTo(3);
    assertThat(ended.err()).contains("MINGW64_NT-10.0", "WSL 2");
  }

  private Ended run(String script) throws Exception {
    Path steps = Files.writeString(folder.resolve("steps"), "set -e\n" + script);
    Path out = folder.resolve("out");
    Path err = folder.resolve("err");
    ProcessBuilder builder =
        new ProcessBuilder("bash", steps.toString())
            .directory(folder.toFile())
            .redirectOutput(out.toFile())
            .redirectError(err.toFile());
    builder.environment().put("HOME_OF_LEPCNN", LocalLayout.find().home().toString());
    builder.environment().put("LEPCNN_NO_BUILD", "1");
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    builder.environment().put("LC_ALL", "C");
    Process process = builder.start();
    try {
      assertThat(process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)).isTrue();
    } finally {
      process.destroyForcibly();
    }
    return new Ended(process.exitValue(), text(out), text(err));
  }

  private static String text(Path file) throws IOException {
    return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
  }
}
