/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.supply;

import org.lepcnn.core.api.PublicApi;
import org.lepcnn.core.error.EnvironmentException;

/** No decryption table is left for the next pass. Passes go on when the owner brings more. */
@PublicApi
public final class DryTablesException extends EnvironmentException {
  private static final long serialVersionUID = 1L;

  public DryTablesException(String message) {
    super(message);
  }
}
