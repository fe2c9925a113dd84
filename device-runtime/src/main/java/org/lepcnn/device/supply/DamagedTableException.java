/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.supply;

import org.jspecify.annotations.Nullable;
import org.lepcnn.core.api.PublicApi;
import org.lepcnn.core.error.RefusedException;

/**
 * A decryption table is not what the owner sealed: it was damaged, moved or forged. The edge has no
 * part in that and no integrity failure is counted; the pass is used up.
 */
@PublicApi
public final class DamagedTableException extends RefusedException {
  private static final long serialVersionUID = 1L;

  public DamagedTableException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
