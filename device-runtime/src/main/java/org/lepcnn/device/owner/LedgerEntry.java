/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.owner;

import java.util.Objects;
import org.lepcnn.core.model.Fingerprint;
import org.lepcnn.core.port.ChainId;
import org.lepcnn.core.port.PassId;
import org.lepcnn.device.key.CipherSuite;

/**
 * One chain in the owner's ledger. Nothing here is secret.
 *
 * @param suite the chain's ciphers
 * @param issuedPasses passes 0 … issuedPasses − 1 were issued for tables
 * @param status what became of it
 */
public record LedgerEntry(
    String device,
    Fingerprint model,
    ChainId chain,
    CipherSuite suite,
    long issuedPasses,
    ChainStatus status) {
  public LedgerEntry {
    PassId.checkDevice(device);
    Objects.requireNonNull(model, "model");
    Objects.requireNonNull(chain, "chain");
    Objects.requireNonNull(suite, "suite");
    Objects.requireNonNull(status, "status");
    if (issuedPasses < 0) {
      throw new IllegalArgumentException("Issued passes: expected a number from 0.");
    }
  }

  LedgerEntry with(ChainStatus other) {
    return new LedgerEntry(device, model, chain, suite, issuedPasses, other);
  }

  LedgerEntry withIssued(long passes) {
    return new LedgerEntry(device, model, chain, suite, passes, status);
  }

  boolean isFor(String otherDevice, Fingerprint otherModel) {
    return device.equals(otherDevice) && model.equals(otherModel);
  }
}
