/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.owner;

import org.lepcnn.core.model.Fingerprint;
import org.lepcnn.core.port.ChainId;

/**
 * Passes that the ledger records as issued, so that tables may be made for them. No secret.
 *
 * @param firstPass from 0
 * @param lastPass at least {@code firstPass}
 */
public record IssuedRange(
    String device, Fingerprint model, ChainId chain, long firstPass, long lastPass) {
  public long passes() {
    return lastPass - firstPass + 1;
  }
}
