/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.kafka.client;

import org.lepcnn.core.error.EnvironmentException;

/** No broker answers; it may do so later. */
public final class BrokerUnreachableException extends EnvironmentException {
  private static final long serialVersionUID = 1L;

  public BrokerUnreachableException(String message, Throwable cause) {
    super(message, cause);
  }
}
