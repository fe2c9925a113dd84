/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.guard;

import java.util.ArrayList;
import java.util.List;
import org.lepcnn.core.model.Fingerprint;
import org.lepcnn.core.port.ChainId;

/** The keyed state of one device: its chains, least recently claimed first. Mutable. */
public final class DeviceGuard {
  private final List<ChainGuard> chains = new ArrayList<>(1);

  /** A device that never claimed anything. */
  public DeviceGuard() {}

  DeviceGuard copy() {
    DeviceGuard copy = new DeviceGuard();
    chains.forEach(chain -> copy.chains.add(chain.copy()));
    return copy;
  }

  List<ChainGuard> chains() {
    return chains;
  }

  /** The chain, or null. */
  ChainGuard find(ChainId chain, Fingerprint model) {
    for (ChainGuard candidate : chains) {
      if (candidate.chain().equals(chain) && candidate.model().equals(model)) {
        return candidate;
      }
    }
    return null;
  }

  /** Makes the chain the most recently claimed one; forgets the oldest beyond the limit. */
  void touch(ChainGuard chain, int limit) {
    chains.remove(chain);
    chains.add(chain);
    while (chains.size() > limit) {
      chains.remove(0);
    }
  }
}
