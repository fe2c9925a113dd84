/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.file;

import org.lepcnn.core.api.PublicApi;
import org.lepcnn.core.error.EnvironmentException;

/**
 * A file with keys is not the one that this process read or wrote last: somebody put another one in
 * its place or wrote into it. Nothing was written, so that no count goes back.
 */
@PublicApi
public final class ReplacedFileException extends EnvironmentException {
  private static final long serialVersionUID = 1L;

  ReplacedFileException(String what) {
    super(
        "Writing "
            + what
            + ": expected the file that this process read or wrote last; found another one or none."
            + " Nothing was written, so that no count goes back. Stop every process that uses it,"
            + " find out who replaced it, and open it again.");
  }
}
