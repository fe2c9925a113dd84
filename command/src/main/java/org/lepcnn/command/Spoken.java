/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.command;

import org.lepcnn.core.error.LepcnnException;
import org.lepcnn.core.text.Printable;

/**
 * How every lepcnn command says that it failed. Exit status: 0 done; 1 the answer is wrong or
 * refused; 2 bad usage or input; 3 the environment; 4 internal error; 130 interrupted.
 *
 * @param text for standard error: printable and, but for a defect's stack trace, bounded
 * @param status the exit status
 */
public record Spoken(String text, int status) {
  private static final int BAD_USAGE = 2;
  private static final int INTERNAL = 4;
  private static final String PREFIX = "lepcnn: ";

  /** What a failure of a command is. */
  public static Spoken of(Throwable failure) {
    if (failure instanceof LepcnnException known) {
      return new Spoken(PREFIX + known.getMessage(), known.exitStatus());
    }
    return new Spoken(
        PREFIX
            + "internal error, please report it with what follows."
            + System.lineSeparator()
            + Printable.stackTrace(failure).stripTrailing(),
        INTERNAL);
  }

  /**
   * What wrong usage of a command is.
   *
   * @param message may quote arguments, whatever they hold
   * @param command the command's full name
   */
  public static Spoken usage(String message, String command) {
    String line = Printable.line(String.valueOf(message).strip());
    String end = line.endsWith(".") || line.endsWith("?") ? "" : ".";
    return new Spoken(PREFIX + line + end + " See '" + command + " --help'.", BAD_USAGE);
  }
}
