/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.key;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.error.EnvironmentException;

class PassphraseTest {
  @TempDir Path folder;

  private Path file(byte[] contents) throws IOException {
    return Files.write(folder.resolve("passphrase"), contents);
  }

  @Test
  void aFilesLineEnd_isNotPartOfThePassphrase_everythingElseIs() throws IOException {
    for (String end : new String[] {"", "\n", "\r\n"}) {
      Path file = file((" two  wörds " + end).getBytes(StandardCharsets.UTF_8));
      assertThat(Passphrase.ofFile(file).copyChars()).containsExactly(" two  wörds ".toCharArray());
    }
  }

  @Test
  void emptyOversizedOrBrokenFiles_areRefused_missingOnesToo() throws IOException {
    for (byte[] contents : new byte[][] {{}, {'\n'}, {(byte) 0xff, 'a'}, new byte[5_000]}) {
      Path file = file(contents);
      assertThatThrownBy(() -> Passphrase.ofFile(file)).isInstanceOf(BadInputException.class);
    }
    assertThatThrownBy(() -> Passphrase.ofFile(folder.resolve("absent")))
        .isInstanceOf(EnvironmentException.class);
    assertThatThrownBy(() -> Passphrase.copyOf(new char[0])).isInstanceOf(BadInputException.class);
  }

  @Test
  void theEnvironment_namesAFile_orNone() throws IOException {
    Path file = file("in a file".getBytes(StandardCharsets.UTF_8));
    assertThat(Passphrase.ofNamed(file.toString()).copyChars())
        .containsExactly("in a file".toCharArray());
    assertThat(Passphrase.ofNamed(null).isNone()).isTrue();
    assertThat(Passphrase.ofNamed("").isNone()).isTrue();
    assertThat(Passphrase.ofEnvironment().isNone())
        .isEqualTo(System.getenv(Passphrase.ENVIRONMENT_VARIABLE) == null);
  }

  @Test
  void keysOfASealedFile_needAPassphrase_orTheConsentToHaveNone() {
    Passphrase given = Passphrase.copyOf("abc".toCharArray());
    given.requireForKeysOfASealedFile("Writing", "--option");
    Passphrase.none().acceptingPlain().requireForKeysOfASealedFile("Writing", "--option");
    assertThatThrownBy(
            () -> Passphrase.none().requireForKeysOfASealedFile("Writing the test", "--option"))
        .isInstanceOf(BadInputException.class)
        .hasMessageStartingWith("Writing the test")
        .hasMessageContaining("--option");
  }

  @Test
  void closing_erasesIt_andToStringTellsNothing() {
    Passphrase passphrase = Passphrase.copyOf("abc".toCharArray());
    assertThat(passphrase).hasToString("Passphrase(given)");
    assertThat(Passphrase.none()).hasToString("Passphrase(none)");
    passphrase.close();
    assertThat(passphrase.copyChars()).containsOnly('\0');
  }
}
