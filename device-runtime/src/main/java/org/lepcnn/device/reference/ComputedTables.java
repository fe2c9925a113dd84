/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.reference;

import org.jspecify.annotations.Nullable;
import org.lepcnn.core.kernel.KernelProvider;
import org.lepcnn.core.model.EdgeHalf;
import org.lepcnn.device.integrity.GroupChallenges;
import org.lepcnn.device.integrity.TableComputation;
import org.lepcnn.device.key.CipherSuite;
import org.lepcnn.device.key.GroupKey;
import org.lepcnn.device.key.PassKey;
import org.lepcnn.device.key.SecretKey;
import org.lepcnn.device.supply.PassTables;

/**
 * Tables that are computed when they are read, from the pass key and the weights. For {@code lepcnn
 * check} and tests: a device that can do this needs no edge.
 */
public final class ComputedTables implements PassTables {
  private final TableComputation computation;
  private final int challengesPerLayer;

  /** Finds a faulty kernel; of no group, because any challenge does. */
  private final GroupChallenges selfCheck;

  /** Those that were asked for last; null before. */
  private @Nullable OfGroup current;

  private record OfGroup(long group, GroupChallenges challenges) {}

  public ComputedTables(EdgeHalf edge, KernelProvider provider, int challengesPerLayer) {
    this.computation = new TableComputation(edge, provider);
    this.challengesPerLayer = challengesPerLayer;
    try (SecretKey random = SecretKey.random();
        GroupKey anyGroup = GroupKey.of(random, CipherSuite.AES)) {
      selfCheck = computation.challenges(1, anyGroup);
    }
  }

  @Override
  public int challengesPerLayer() {
    return challengesPerLayer;
  }

  @Override
  public long passesLeftFrom(long pass) {
    return Long.MAX_VALUE - pass;
  }

  @Override
  public synchronized GroupChallenges challenges(long group, GroupKey groupKey) {
    OfGroup wanted = current;
    if (wanted == null || wanted.group() != group) {
      wanted = new OfGroup(group, computation.challenges(challengesPerLayer, groupKey));
      current = wanted;
    }
    return wanted.challenges();
  }

  @Override
  public void readLayer(long pass, PassKey key, GroupChallenges group, int layer, int[] out) {
    computation.computeLayer(selfCheck, key, layer, out);
  }

  @Override
  public void close() {
    computation.close();
  }
}
