/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.testkit;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.lepcnn.core.io.CorruptFileException;
import org.lepcnn.core.kernel.ScalarKernels;
import org.lepcnn.core.model.ModelBundle;
import org.lepcnn.device.integrity.GroupChallenges;
import org.lepcnn.device.key.GroupKey;
import org.lepcnn.device.key.PassKey;
import org.lepcnn.device.reference.ComputedTables;
import org.lepcnn.device.supply.PassTables;
import org.lepcnn.device.supply.ResidueBuffer;

/** Tables of the first passes of a chain, some of which may be unreadable. */
public final class LimitedTables implements PassTables {
  public volatile int unreadableLayer = -1;
  public volatile long unreadableGroup = -1;
  public volatile long discardedBefore;
  public volatile long passes;
  public volatile boolean closed;

  /** Groups whose challenges were read, in order. */
  public final List<Long> groupsRead = new CopyOnWriteArrayList<>();

  /** Sees the arrays that are filled. */
  public volatile Consumer<int[]> whenRead = out -> {};

  public final AtomicInteger readersClosed = new AtomicInteger();
  public final AtomicInteger warmUps = new AtomicInteger();

  private final ComputedTables tables;

  public LimitedTables(ModelBundle bundle, long passes) {
    this.tables = new ComputedTables(bundle.edge(), new ScalarKernels(), 1);
    this.passes = passes;
  }

  @Override
  public int challengesPerLayer() {
    return 1;
  }

  @Override
  public long passesLeftFrom(long pass) {
    return Math.max(0, passes - pass);
  }

  @Override
  public GroupChallenges challenges(long group, GroupKey groupKey) {
    groupsRead.add(group);
    if (unreadableGroup == group) {
      throw new CorruptFileException("Reading challenges: the tag is wrong.");
    }
    return tables.challenges(group, groupKey);
  }

  @Override
  public void readLayer(long pass, PassKey key, GroupChallenges group, int layer, int[] out) {
    if (layer == unreadableLayer) {
      throw new CorruptFileException("Reading a table: the tag is wrong.");
    }
    whenRead.accept(out);
    tables.readLayer(pass, key, group, layer, out);
  }

  @Override
  public PassFactors openPass(long pass, PassKey key, GroupChallenges group) {
    PassFactors reader = PassTables.super.openPass(pass, key, group);
    return new PassFactors() {
      @Override
      public void readLayer(int layer, ResidueBuffer out) {
        reader.readLayer(layer, out);
      }

      @Override
      public void close() {
        readersClosed.incrementAndGet();
      }
    };
  }

  @Override
  public void warmUp() {
    warmUps.incrementAndGet();
  }

  @Override
  public void discardBefore(long pass) {
    discardedBefore = pass;
  }

  @Override
  public void close() {
    closed = true;
    tables.close();
  }
}
