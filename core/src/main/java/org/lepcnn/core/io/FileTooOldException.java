/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.io;

import org.lepcnn.core.error.BadInputException;

/** A file of a format version that this program no longer reads. */
public final class FileTooOldException extends BadInputException {
  private static final long serialVersionUID = 1L;

  public FileTooOldException(String message) {
    super(message);
  }
}
