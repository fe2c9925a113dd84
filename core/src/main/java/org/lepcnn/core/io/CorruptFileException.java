/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.io;

import org.lepcnn.core.error.BadInputException;

/**
 * A file that is damaged or was never complete: wrong magic, short, or a checksum that does not
 * match.
 */
public final class CorruptFileException extends BadInputException {
  private static final long serialVersionUID = 1L;

  public CorruptFileException(String message) {
    super(message);
  }
}
