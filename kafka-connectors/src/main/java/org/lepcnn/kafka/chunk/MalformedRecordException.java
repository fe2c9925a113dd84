/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.kafka.chunk;

import org.jspecify.annotations.Nullable;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.error.Mismatch;

/** A record that is not what the topic's format allows: whoever sent it is at fault. */
public final class MalformedRecordException extends BadInputException {
  private static final long serialVersionUID = 1L;

  public MalformedRecordException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  /** One whose message says what was expected and what was found. */
  public static Mismatch<MalformedRecordException> about(String subject) {
    return Mismatch.about(subject, MalformedRecordException::new);
  }
}
