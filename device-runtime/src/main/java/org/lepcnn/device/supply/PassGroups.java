/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.supply;

import org.lepcnn.core.api.PublicApi;

/** Fixed groups of passes that share one set of integrity challenges. */
@PublicApi
public final class PassGroups {
  /** Passes of a group. Part of the format: challenges are bound to the group's number. */
  public static final int SIZE = 64;

  private PassGroups() {}

  /** The group of a pass: pass / {@value #SIZE}. */
  public static long of(long pass) {
    if (pass < 0) {
      throw new IllegalArgumentException("Pass: expected a number from 0; found " + pass + ".");
    }
    return pass / SIZE;
  }
}
