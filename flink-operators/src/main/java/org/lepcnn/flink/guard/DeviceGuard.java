/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.guard;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.lepcnn.core.model.Fingerprint;
import org.lepcnn.core.port.ChainId;

/**
 * The keyed state of one device: its chains, in the order in which they were first claimed, and the
 * names of those that gave way, which are refused for ever. Mutable.
 */
public final class DeviceGuard {
  /** Names of retired chains that are kept; with as many no further chain gives way. */
  static final int MOST_RETIRED = 4_096;

  private final List<ChainGuard> chains = new ArrayList<>(1);
  private Set<ChainId> retired = Set.of();

  /** A device that never claimed anything. */
  public DeviceGuard() {}

  DeviceGuard copy() {
    DeviceGuard copy = new DeviceGuard();
    chains.forEach(chain -> copy.chains.add(chain.copy()));
    copy.retired = retired.isEmpty() ? Set.of() : new LinkedHashSet<>(retired);
    return copy;
  }

  List<ChainGuard> chains() {
    return chains;
  }

  Set<ChainId> retired() {
    return retired;
  }

  /** The chain, or null. */
  @Nullable ChainGuard find(ChainId chain, Fingerprint model) {
    for (ChainGuard candidate : chains) {
      if (candidate.chain().equals(chain) && candidate.model().equals(model)) {
        return candidate;
      }
    }
    return null;
  }

  /** Forgets all of the chains that a predicate names, but their names. */
  void retire(Predicate<ChainGuard> which) {
    chains.stream().filter(which).forEach(chain -> addRetired(chain.chain()));
    chains.removeIf(which);
  }

  void addRetired(ChainId chain) {
    if (retired.isEmpty()) {
      retired = new LinkedHashSet<>(); // few devices have any
    }
    retired.add(chain);
  }
}
