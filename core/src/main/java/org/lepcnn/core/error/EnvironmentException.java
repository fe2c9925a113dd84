/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.error;

import org.jspecify.annotations.Nullable;

/** The environment does not cooperate: broker or cluster not reachable, disk full, tables dry. */
public class EnvironmentException extends LepcnnException {
  private static final long serialVersionUID = 1L;

  public EnvironmentException(String message) {
    this(message, null);
  }

  public EnvironmentException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  /** One whose message says what was expected and what was found. */
  public static Mismatch<EnvironmentException> about(Object subject) {
    return Mismatch.about(subject, EnvironmentException::new);
  }

  @Override
  public int exitStatus() {
    return 3;
  }
}
