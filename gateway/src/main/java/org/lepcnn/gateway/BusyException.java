/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.gateway;

import org.lepcnn.core.api.PublicApi;
import org.lepcnn.core.error.EnvironmentException;

/** As many passes wait as are allowed to. Nothing was begun; the same may succeed later. */
@PublicApi
public final class BusyException extends EnvironmentException {
  private static final long serialVersionUID = 1L;

  public BusyException(String message) {
    super(message);
  }
}
