/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.error;

import org.jspecify.annotations.Nullable;

/** A model, file, record, argument or configuration that cannot be used. */
public class BadInputException extends LepcnnException {
  private static final long serialVersionUID = 1L;

  public BadInputException(String message) {
    this(message, null);
  }

  public BadInputException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  /** One whose message says what was expected and what was found. */
  public static Mismatch<BadInputException> about(Object subject) {
    return Mismatch.about(subject, BadInputException::new);
  }

  @Override
  public int exitStatus() {
    return 2;
  }
}
