/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.guard;

import org.lepcnn.core.model.Fingerprint;
import org.lepcnn.core.port.ChainId;
import org.lepcnn.core.port.InstanceId;
import org.lepcnn.core.port.PassClaim;

/** What the edge remembers of one chain: the claim in force and the open passes. Mutable. */
final class ChainGuard {
  /** Stands for "no other instance ever claimed". */
  static final long NONE = -1;

  private final ChainId chain;
  private final Fingerprint model;
  private InstanceId instance;
  private long first;
  private long last;
  private long othersLast;
  private boolean released;
  private final OpenPasses open;

  ChainGuard(
      ChainId chain,
      Fingerprint model,
      InstanceId instance,
      long first,
      long last,
      long othersLast,
      boolean released,
      OpenPasses open) {
    this.chain = chain;
    this.model = model;
    this.instance = instance;
    this.first = first;
    this.last = last;
    this.othersLast = othersLast;
    this.released = released;
    this.open = open;
  }

  /** A chain by its first claim. */
  static ChainGuard claimed(PassClaim claim) {
    return new ChainGuard(
        claim.chain(),
        claim.model(),
        claim.instance(),
        claim.firstPass(),
        claim.lastPass(),
        NONE,
        false,
        new OpenPasses(claim.firstPass()));
  }

  ChainGuard copy() {
    return new ChainGuard(chain, model, instance, first, last, othersLast, released, open.copy());
  }

  ChainId chain() {
    return chain;
  }

  Fingerprint model() {
    return model;
  }

  InstanceId instance() {
    return instance;
  }

  long first() {
    return first;
  }

  /** {@code first − 1} when the whole claim was released. */
  long last() {
    return last;
  }

  long othersLast() {
    return othersLast;
  }

  /** Whether the instance has given its unused passes back; it claims nothing more. */
  boolean released() {
    return released;
  }

  OpenPasses open() {
    return open;
  }

  /** Ends the claim before a pass; nothing from there on was seen. */
  void release(long firstFree) {
    last = firstFree - 1;
    released = true;
  }

  /** Widens the claim of the instance that holds it. */
  void extend(long newFirst, long newLast) {
    first = Math.min(first, newFirst);
    last = Math.max(last, newLast);
  }

  /** Hands the chain to another instance, whose passes all lie above what was claimed before. */
  void handOver(InstanceId next, long newFirst, long newLast) {
    othersLast = last;
    instance = next;
    first = newFirst;
    last = newLast;
    released = false;
    open.raiseFloor(newFirst);
  }
}
