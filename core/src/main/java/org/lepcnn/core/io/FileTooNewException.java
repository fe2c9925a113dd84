/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.io;

import org.lepcnn.core.error.BadInputException;

/** A file of a format version newer than this program reads. */
public final class FileTooNewException extends BadInputException {
  private static final long serialVersionUID = 1L;

  public FileTooNewException(String message) {
    super(message);
  }
}
