/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.error;

import org.jspecify.annotations.Nullable;
import org.lepcnn.core.text.Printable;

/**
 * A failure that is not a defect of this library: bad input, a refusal, or an environment that does
 * not cooperate. Messages say what was being done, what was expected, what was found and what to
 * do; they never hold tensor contents or key material.
 *
 * <p>Whatever a message quotes from outside, it is one printable line of bounded length; see {@link
 * Printable}.
 *
 * <p>Defects are ordinary {@link IllegalStateException}s and {@link AssertionError}s.
 */
public abstract class LepcnnException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  LepcnnException(String message, @Nullable Throwable cause) {
    super(Printable.line(message, Printable.MAX_MESSAGE), cause);
  }

  /** The exit status of the command line for this kind of failure. */
  public abstract int exitStatus();
}
