/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.error;

/** A model, file, record, argument or configuration that cannot be used. */
public class BadInputException extends LepcnnException {
  private static final long serialVersionUID = 1L;

  public BadInputException(String message) {
    this(message, null);
  }

  public BadInputException(String message, Throwable cause) {
    super(message, cause);
  }

  @Override
  public int exitStatus() {
    return 2;
  }
}
