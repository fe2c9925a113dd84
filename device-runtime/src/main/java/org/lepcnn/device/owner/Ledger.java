/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.owner;

import java.util.ArrayList;
import java.util.List;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.model.Fingerprint;
import org.lepcnn.core.port.ChainId;

/** What the ledger's entries say; see the package for which chain is the current one. */
final class Ledger {
  private Ledger() {}

  /**
   * The chain that is served: the newest one that was granted. An older one never comes back, also
   * when the newest was retired.
   *
   * @throws BadInputException there is none, or it was retired
   */
  static LedgerEntry current(List<LedgerEntry> ledger, String device, Fingerprint model) {
    for (int i = ledger.size() - 1; i >= 0; i--) {
      LedgerEntry entry = ledger.get(i);
      if (entry.isFor(device, model) && entry.status() != ChainStatus.PENDING) {
        if (entry.status() == ChainStatus.RETIRED) {
          throw missing(device, model, "its chain " + entry.chain() + " was retired");
        }
        return entry;
      }
    }
    throw missing(device, model, "the ledger has no chain of them that was granted");
  }

  /**
   * A chain of a device and model that is served, though it may not be the current one.
   *
   * @throws BadInputException there is none, its grant was not written, or it was retired
   */
  static LedgerEntry served(
      List<LedgerEntry> ledger, String device, Fingerprint model, ChainId chain) {
    String doing = "Deriving the key of chain " + chain + ": ";
    LedgerEntry entry =
        ledger.stream()
            .filter(each -> each.isFor(device, model) && each.chain().equals(chain))
            .findFirst()
            .orElseThrow(
                () ->
                    new BadInputException(
                        ("%sthe ledger has no such chain of device %s and model %s. "
                                + "Provision the device with this owner file.")
                            .formatted(doing, device, model.shortName())));
    if (entry.status() != ChainStatus.GRANTED) {
      throw new BadInputException(
          doing
              + "expected a chain whose grant was written; found it "
              + entry.status()
              + ". Provision the device again.");
    }
    return entry;
  }

  /** The only chain of a device with these first digits. */
  static LedgerEntry named(List<LedgerEntry> ledger, String device, String digits) {
    List<LedgerEntry> found =
        ledger.stream()
            .filter(
                each -> each.device().equals(device) && each.chain().toString().startsWith(digits))
            .toList();
    if (found.size() != 1) {
      throw BadInputException.about("Looking up chain " + digits + " of device " + device)
          .expected("one in the ledger")
          .found(found.size(), "'lepcnn inspect' of the owner file names all.");
    }
    return found.get(0);
  }

  /** The same entries, one of them changed. */
  static List<LedgerEntry> with(List<LedgerEntry> ledger, LedgerEntry before, LedgerEntry after) {
    List<LedgerEntry> changed = new ArrayList<>(ledger);
    changed.set(changed.lastIndexOf(before), after);
    return changed;
  }

  private static BadInputException missing(String device, Fingerprint model, String found) {
    return BadInputException.about(
            "Looking up device " + device + " and model " + model.shortName())
        .expected("a chain to serve")
        .found("that " + found, "Run 'lepcnn device provision' first.");
  }
}
