/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.precompute.job;

import java.io.Serializable;
import org.lepcnn.core.error.BadInputException;

/**
 * Consecutive passes of one chain.
 *
 * @param chain 32 hexadecimal digits
 * @param first from 0
 * @param last the last one, inclusive
 */
public record PassRange(String chain, long first, long last) implements Serializable {
  private static final long serialVersionUID = 1L;

  public PassRange {
    if (first < 0 || last < first) {
      throw BadInputException.about("Passes")
          .expected("a first pass from 0 and a last one not before it")
          .found(first + " to " + last);
    }
  }

  long passes() {
    return last - first + 1;
  }
}
