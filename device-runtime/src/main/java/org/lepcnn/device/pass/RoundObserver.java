/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.pass;

import org.lepcnn.core.api.PublicApi;
import org.lepcnn.core.port.RoundRequest;

/** Sees what a session sends: public data, for reports and tests. */
@PublicApi
@FunctionalInterface
public interface RoundObserver {
  /**
   * Called before a round is sent, on a thread of the session; the arrays must not be changed, nor
   * read after the call returns.
   */
  void sending(RoundRequest request);
}
