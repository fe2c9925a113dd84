/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.precompute;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.model.Fingerprint;
import org.lepcnn.core.port.ChainId;
import org.lepcnn.device.file.ExclusiveLock;
import org.lepcnn.device.owner.IssuedRange;
import org.lepcnn.device.owner.LedgerEntry;
import org.lepcnn.device.owner.OwnerFile;
import org.lepcnn.precompute.job.PassRange;

/**
 * Issues passes for an output folder so that none is lost, whatever crashes when.
 *
 * <p>The folder's {@link Order} is durable first and names the passes that are about to be issued;
 * then the owner's ledger is. A run that finds an order asks the ledger: a range that the ledger
 * does not record was never issued and is dropped, one that it records is owed. A lock beside the
 * owner file keeps a second run, for another folder, out between the two writes; so the range that
 * the order names is the range that is issued.
 */
final class PassIssuer {
  private final PrecomputeOptions options;
  private final Fingerprint model;
  private final OwnerFile owner;

  PassIssuer(PrecomputeOptions options, Fingerprint model, OwnerFile owner) {
    this.options = options;
    this.model = model;
    this.owner = owner;
  }

  /**
   * The passes that an earlier run issued for this folder and did not finish.
   *
   * @throws BadInputException the folder is owed tables of another device, model or kind
   */
  List<PassRange> owed() {
    Optional<Order> found = Order.read(options.output());
    found.ifPresent(this::requireSame);
    List<PassRange> owed = new ArrayList<>();
    for (PassRange range : found.map(Order::ranges).orElse(List.of())) {
      if (range.last() < issuedPasses(range.chain())) {
        owed.add(range);
      }
    }
    return owed;
  }

  /**
   * Issues the passes that the options ask for, at least 1.
   *
   * @param owed what the folder is owed already
   * @return the range issued; the folder's order holds it and {@code owed}
   */
  PassRange issue(List<PassRange> owed) {
    Path file = options.ownerFile();
    Path lockFile = file.resolveSibling(file.getFileName() + ".issue.lock");
    try (ExclusiveLock lock = ExclusiveLock.acquire(lockFile, "the ledger of " + file)) {
      String chain = currentChain().toString();
      long first = issuedPasses(chain);
      PassRange intended = new PassRange(chain, first, Math.addExact(first, options.passes() - 1));
      order(owed, intended).write(options.output());
      IssuedRange issued = owner.issue(options.device(), model, options.passes());
      PassRange actual =
          new PassRange(issued.chain().toString(), issued.firstPass(), issued.lastPass());
      if (!actual.equals(intended)) {
        // another chain was provisioned in between
        order(owed, actual).write(options.output());
      }
      return actual;
    }
  }

  /**
   * The chain that new passes belong to.
   *
   * @throws BadInputException the device was never provisioned for the model
   */
  ChainId currentChain() {
    return owner.currentChain(options.device(), model);
  }

  private Order order(List<PassRange> owed, PassRange added) {
    List<PassRange> all = new ArrayList<>(owed);
    all.add(added);
    return new Order(options.device(), model, options.challengesPerLayer(), all);
  }

  private long issuedPasses(String chain) {
    for (LedgerEntry entry : owner.ledger()) {
      if (entry.chain().toString().equals(chain)
          && entry.device().equals(options.device())
          && entry.model().equals(model)) {
        return entry.issuedPasses();
      }
    }
    return 0;
  }

  private void requireSame(Order order) {
    if (!order.device().equals(options.device())
        || !order.model().equals(model)
        || order.challengesPerLayer() != options.challengesPerLayer()) {
      throw BadInputException.about("Making tables in " + options.output())
          .expected(tables(options.device(), model, options.challengesPerLayer()))
          .found(
              "an unfinished run's "
                  + tables(order.device(), order.model(), order.challengesPerLayer()),
              "Finish that run first, or name another folder.");
    }
  }

  private static String tables(String device, Fingerprint model, int challengesPerLayer) {
    return "tables of device %s, model %s, %d challenges per layer"
        .formatted(device, model, challengesPerLayer);
  }
}
