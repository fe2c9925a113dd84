/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.testkit;

import java.nio.file.Path;
import java.util.List;
import org.lepcnn.core.kernel.ScalarKernels;
import org.lepcnn.core.model.ModelBundle;
import org.lepcnn.device.integrity.GroupChallenges;
import org.lepcnn.device.integrity.TableComputation;
import org.lepcnn.device.key.GroupKey;
import org.lepcnn.device.key.PassKey;
import org.lepcnn.device.owner.ChainKeys;
import org.lepcnn.device.owner.IssuedRange;
import org.lepcnn.device.owner.OwnerFile;
import org.lepcnn.device.table.TableId;
import org.lepcnn.device.table.TableWriter;

/** Issues passes of a provisioned device and writes their tables, with the double check. */
public final class WrittenTables {
  private WrittenTables() {}

  public static void write(
      ModelBundle bundle, OwnerFile owner, String device, int passes, Path folder) {
    IssuedRange range = owner.issue(device, bundle.fingerprint(), passes);
    try (TableComputation computation = new TableComputation(bundle.edge(), new ScalarKernels());
        ChainKeys keys = owner.chainKeys(device, range.model(), range.chain())) {
      for (TableId id :
          TableId.split(
              device, range.chain(), range.model(), range.firstPass(), range.lastPass())) {
        try (GroupKey groupKey = keys.groupKey(id.group());
            TableWriter writer = TableWriter.create(folder, id, bundle.plan(), 2, groupKey)) {
          List<PassKey> passKeys = keys.passKeys(id.firstPass(), id.passes());
          write(id, passKeys, computation, computation.challenges(2, groupKey), writer);
        }
      }
    }
  }

  private static void write(
      TableId id,
      List<PassKey> keys,
      TableComputation computation,
      GroupChallenges challenges,
      TableWriter writer) {
    writer.writeChallenges(challenges);
    List<List<int[]>> factors = computation.allocate(keys.size());
    computation.compute(challenges, keys, factors);
    for (int i = 0; i < keys.size(); i++) {
      writer.writePass(id.firstPass() + i, keys.get(i), factors.get(i));
      keys.get(i).close();
    }
    writer.commit();
  }
}
