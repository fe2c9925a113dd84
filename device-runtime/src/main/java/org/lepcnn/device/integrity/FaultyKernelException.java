/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.integrity;

import org.lepcnn.core.api.PublicApi;
import org.lepcnn.core.error.EnvironmentException;

/** A kernel of this very process gives wrong residues; nothing that it computed may be used. */
@PublicApi
public final class FaultyKernelException extends EnvironmentException {
  private static final long serialVersionUID = 1L;

  public FaultyKernelException(String message) {
    super(message);
  }
}
