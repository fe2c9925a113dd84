/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.owner;

import java.util.List;

/** What an owner file is, without the root key. */
public record OwnerDescription(List<LedgerEntry> ledger) {
  public OwnerDescription {
    ledger = List.copyOf(ledger);
  }
}
