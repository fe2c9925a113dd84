/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.pass;

import org.lepcnn.core.api.PublicApi;

/**
 * Sees the unmasked results of every layer, centred: the device's private data. For comparisons
 * with the plain integer network in {@code lepcnn check} and in tests; never for logs or reports.
 */
@PublicApi
@FunctionalInterface
public interface UnsafeResultObserver {
  /**
   * Called for every layer, on a thread of the session (or the caller's, for the plain network).
   *
   * @param pass position in the chain
   * @param layer the layer's number in the plan
   * @param centred the integers W·q; owned by the observer
   */
  void layerResult(long pass, int layer, int[] centred);
}
