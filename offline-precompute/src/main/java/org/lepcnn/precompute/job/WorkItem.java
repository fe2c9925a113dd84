/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.precompute.job;

import org.lepcnn.core.model.Fingerprint;
import org.lepcnn.core.port.ChainId;
import org.lepcnn.device.table.TableId;

/**
 * One table file to make. Ids and numbers only: it travels between operators.
 *
 * @param chain 32 hexadecimal digits
 * @param group the group that all its passes belong to
 * @param first its first pass
 * @param last its last pass, inclusive
 */
public record WorkItem(String chain, long group, long first, long last) {
  /** How many passes the file holds. */
  public long passes() {
    return last - first + 1;
  }

  /** The table's identity. */
  public TableId tableId(String device, Fingerprint model) {
    return new TableId(device, ChainId.parse(chain), model, group, first, last);
  }
}
