/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.error;

import org.jspecify.annotations.Nullable;

/**
 * The answer is wrong or was refused: a failed integrity check, a mismatch, a typed refusal of the
 * edge.
 */
public class RefusedException extends LepcnnException {
  private static final long serialVersionUID = 1L;

  public RefusedException(String message) {
    this(message, null);
  }

  public RefusedException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  /** One whose message says what was expected and what was found. */
  public static Mismatch<RefusedException> about(Object subject) {
    return Mismatch.about(subject, RefusedException::new);
  }

  @Override
  public int exitStatus() {
    return 1;
  }
}
