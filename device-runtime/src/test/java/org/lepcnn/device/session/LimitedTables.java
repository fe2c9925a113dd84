/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.session;

import java.util.List;
import org.lepcnn.core.kernel.ScalarKernels;
import org.lepcnn.core.model.ModelBundle;
import org.lepcnn.device.key.PassKey;
import org.lepcnn.device.key.SecretKey;

/** Tables of the first passes of a chain, some of which may be unreadable. */
final class LimitedTables implements PassTables {
  volatile int unreadableLayer = -1;
  volatile long discardedBefore;
  private final ComputedTables tables;
  private final long passes;

  LimitedTables(ModelBundle bundle, long passes) {
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
  public List<int[]> challenges(long group, SecretKey groupKey) {
    return tables.challenges(group, groupKey);
  }

  @Override
  public void readLayer(long pass, PassKey key, int layer, int[] out) {
    if (layer == unreadableLayer) {
      throw new org.lepcnn.core.io.CorruptFileException("Reading a table: the tag is wrong.");
    }
    tables.readLayer(pass, key, layer, out);
  }

  @Override
  public void discardBefore(long pass) {
    discardedBefore = pass;
  }

  @Override
  public void close() {
    tables.close();
  }
}
