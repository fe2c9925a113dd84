/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.io;

import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.error.Mismatch;

/**
 * A file that is damaged or was never complete: wrong magic, short, or a checksum that does not
 * match.
 */
public final class CorruptFileException extends BadInputException {
  private static final long serialVersionUID = 1L;

  /** What helps against most damage. */
  public static final String REMEDY = "Restore the file or make it again.";

  public CorruptFileException(String message) {
    super(message);
  }

  /** One whose message says what was expected and what was found. */
  public static Mismatch<CorruptFileException> about(String subject) {
    return Mismatch.about(subject, (message, cause) -> new CorruptFileException(message));
  }
}
