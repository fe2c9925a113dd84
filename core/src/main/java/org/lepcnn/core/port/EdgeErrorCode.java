/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.port;

/** Why the edge refuses. The names are on the wire. */
public enum EdgeErrorCode {
  /** The job is starting or the model is loading. */
  NOT_READY(true),
  /** The request was older than its lifetime when it was read. */
  EXPIRED(true),
  /** The device is over its quota. */
  QUOTA_EXCEEDED(true),
  /** No claim covers the pass, for instance after the edge lost its state. */
  NOT_CLAIMED(false),
  /** Another instance claimed the passes: this state is a copy. */
  CLAIMED_BY_ANOTHER_INSTANCE(false),
  /** A different request under an id that was used before. */
  MASK_REUSE_SUSPECTED(false),
  /** The pass or round is older than the guard's window. */
  STALE(false),
  /** The pass number is implausibly far ahead. */
  PASS_OUT_OF_RANGE(false),
  /** A chain that the edge has not seen yet, and no room for a further one of this device. */
  TOO_MANY_CHAINS(false),
  /** The chain gave way to others, because its device was enrolled for those alone. */
  CHAIN_RETIRED(false),
  UNKNOWN_MODEL(false),
  /** The model is published, and this edge does not serve it: it would be too slow here. */
  MODEL_REFUSED(false),
  UNKNOWN_DEVICE(false),
  NOT_AUTHORISED(false),
  MALFORMED(false),
  TOO_LARGE(false),
  /** A compressed record; it was not unpacked. */
  COMPRESSED(false),
  INTERNAL(false);

  private final boolean retriable;

  EdgeErrorCode(boolean retriable) {
    this.retriable = retriable;
  }

  /** Whether the identical request may succeed later. */
  public boolean retriable() {
    return retriable;
  }
}
