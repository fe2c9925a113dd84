/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.owner;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.io.Folders;
import org.lepcnn.device.file.DurableStore;
import org.lepcnn.device.file.ExclusiveLock;
import org.lepcnn.device.file.HeldFile;
import org.lepcnn.device.file.SecretFiles;
import org.lepcnn.device.key.KeyWrap;
import org.lepcnn.device.key.SecretKey;

/**
 * The ledger in an owner file that is open. Every call works on what the file says at that moment,
 * for another process may have changed it; a change excludes other changes and is durable before
 * the call returns.
 */
final class LedgerFile {
  private final DurableStore store;
  private final Path file;
  private final SecretKey root;
  private final KeyWrap wrap;

  /**
   * @param root the key that the file must still have; stays the caller's
   */
  LedgerFile(DurableStore store, Path file, SecretKey root, KeyWrap wrap) {
    this.store = store;
    this.file = file;
    this.root = root;
    this.wrap = wrap;
  }

  /** All entries, oldest first. */
  List<LedgerEntry> read() {
    OwnerContents contents = OwnerContents.readAgain(file, wrap);
    SecretFiles.syncFolder(store, Folders.holding(file));
    try (SecretKey found = contents.root()) {
      if (!found.equals(root)) {
        throw new BadInputException(
            "Reading the owner file "
                + file
                + ": it has another root key than when it was opened. Start again.");
      }
      return contents.ledger();
    }
  }

  /** Adds an entry behind all others. */
  void add(LedgerEntry entry) {
    try (ExclusiveLock lock = OwnerLocks.lock(file);
        HeldFile held = OwnerLocks.hold(file)) {
      List<LedgerEntry> ledger = new ArrayList<>(read());
      ledger.add(entry);
      write(held, ledger);
    }
  }

  /**
   * Changes one entry.
   *
   * @param choose finds it
   * @param change yields what takes its place; the same entry for no change
   * @return what takes its place
   */
  LedgerEntry change(
      Function<List<LedgerEntry>, LedgerEntry> choose, UnaryOperator<LedgerEntry> change) {
    try (ExclusiveLock lock = OwnerLocks.lock(file);
        HeldFile held = OwnerLocks.hold(file)) {
      List<LedgerEntry> ledger = read();
      LedgerEntry before = choose.apply(ledger);
      LedgerEntry after = change.apply(before);
      if (after != before) {
        write(held, Ledger.with(ledger, before, after));
      }
      return after;
    }
  }

  private void write(HeldFile held, List<LedgerEntry> ledger) {
    held.replace(store, new OwnerContents(root, ledger, wrap).toFile());
  }
}
