/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.kafka.chunk;

import org.lepcnn.core.error.BadInputException;

/** A record that is not what the topic's format allows: whoever sent it is at fault. */
public final class MalformedRecordException extends BadInputException {
  private static final long serialVersionUID = 1L;

  public MalformedRecordException(String message) {
    super(message);
  }

  public MalformedRecordException(String message, Throwable cause) {
    super(message, cause);
  }
}
