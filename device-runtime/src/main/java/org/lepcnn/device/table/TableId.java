/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.table;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.lepcnn.core.api.PublicApi;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.model.Fingerprint;
import org.lepcnn.core.port.ChainId;
import org.lepcnn.core.port.PassId;
import org.lepcnn.device.supply.PassGroups;

/**
 * Which passes a table file holds: some or all of one group.
 *
 * @param device the device
 * @param chain its chain
 * @param model the model's fingerprint
 * @param group the group of all its passes
 * @param firstPass from 0
 * @param lastPass at least {@code firstPass}, in the same group
 */
@PublicApi
public record TableId(
    String device, ChainId chain, Fingerprint model, long group, long firstPass, long lastPass) {
  /** What the name of a table file ends with. */
  public static final String SUFFIX = ".lept";

  public TableId {
    PassId.checkDevice(device);
    Objects.requireNonNull(chain, "chain");
    Objects.requireNonNull(model, "model");
    if (firstPass < 0
        || lastPass < firstPass
        || PassGroups.of(firstPass) != group
        || PassGroups.of(lastPass) != group) {
      throw BadInputException.about("Table")
          .expected("0 <= first <= last in one group")
          .found("passes " + firstPass + " to " + lastPass + " of group " + group);
    }
  }

  /** {@code <group>-<first>-<last>.lept}. */
  public String fileName() {
    return group + "-" + firstPass + "-" + lastPass + SUFFIX;
  }

  public int passes() {
    return (int) (lastPass - firstPass + 1);
  }

  public boolean contains(long pass) {
    return pass >= firstPass && pass <= lastPass;
  }

  /** Cuts a range of passes at the borders of groups: one table file each. */
  public static List<TableId> split(
      String device, ChainId chain, Fingerprint model, long firstPass, long lastPass) {
    List<TableId> ids = new ArrayList<>();
    long first = firstPass;
    while (first <= lastPass) {
      long group = PassGroups.of(first);
      long last = Math.min(lastPass, group * PassGroups.SIZE + PassGroups.SIZE - 1);
      ids.add(new TableId(device, chain, model, group, first, last));
      first = last + 1;
    }
    return ids;
  }
}
