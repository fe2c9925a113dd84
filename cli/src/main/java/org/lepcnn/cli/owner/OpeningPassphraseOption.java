/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli.owner;

import java.nio.file.Path;
import org.lepcnn.device.key.Passphrase;
import picocli.CommandLine.Option;

/** Where a command finds the passphrases of files that it opens, and whether they must have one. */
public final class OpeningPassphraseOption extends PassphraseOption {
  @Option(
      names = "--accept-plain",
      description =
          "Accept keys without a passphrase. A file that has none although you give one is put under yours. Keys that were under a passphrase may be written without one.")
  private boolean acceptPlain;

  @Override
  public Passphrase read() {
    return accepting(super.read());
  }

  /** The passphrase of another file; none when it is null. The caller closes it. */
  Passphrase readOther(Path file) {
    return accepting(file == null ? Passphrase.none() : Passphrase.ofFile(file));
  }

  private Passphrase accepting(Passphrase given) {
    return acceptPlain ? given.acceptingPlain() : given;
  }
}
