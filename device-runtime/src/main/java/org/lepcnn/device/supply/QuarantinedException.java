/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.supply;

import org.lepcnn.core.api.PublicApi;
import org.lepcnn.core.error.RefusedException;

/** The edge failed the integrity check too often and is no longer used. */
@PublicApi
public final class QuarantinedException extends RefusedException {
  private static final long serialVersionUID = 1L;

  public QuarantinedException(String message) {
    super(message);
  }
}
