/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.kafka.codec;

import org.lepcnn.kafka.chunk.MalformedRecordException;

/** Checks that the two chunk records share. */
final class ChunkChecks {
  private ChunkChecks() {}

  static void notNegative(String what, String field, int value) {
    if (value < 0) {
      throw MalformedRecordException.about(what + ", field " + field)
          .expected("a number from 0")
          .found(value);
    }
  }
}
