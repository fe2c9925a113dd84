/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.owner;

import java.util.Objects;
import org.lepcnn.core.model.Fingerprint;
import org.lepcnn.core.port.ChainId;
import org.lepcnn.core.port.PassId;

/**
 * One chain in the owner's ledger. Nothing here is secret.
 *
 * @param issuedPasses passes 0 … issuedPasses − 1 were issued for tables
 */
public record LedgerEntry(String device, Fingerprint model, ChainId chain, long issuedPasses) {
  public LedgerEntry {
    PassId.checkDevice(device);
    Objects.requireNonNull(model, "model");
    Objects.requireNonNull(chain, "chain");
    if (issuedPasses < 0) {
      throw new IllegalArgumentException("Issued passes: expected a number from 0.");
    }
  }

  boolean isFor(String otherDevice, Fingerprint otherModel) {
    return device.equals(otherDevice) && model.equals(otherModel);
  }
}
