/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli.owner;

import java.nio.file.Path;
import org.lepcnn.device.key.Passphrase;
import picocli.CommandLine.Option;

/** Where a command finds the passphrase of a file that it makes. */
class PassphraseOption {
  @Option(
      names = "--passphrase-file",
      paramLabel = "F",
      description =
          "A file with the passphrase of the keys, one line. Default: the file that LEPCNN_PASSPHRASE_FILE names, else no passphrase.")
  private Path file;

  /** The caller closes it. */
  Passphrase read() {
    return file == null ? Passphrase.ofEnvironment() : Passphrase.ofFile(file);
  }
}
