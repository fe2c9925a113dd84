/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.gateway;

import java.nio.file.Path;
import java.util.List;
import org.lepcnn.device.state.StateDescription;
import org.lepcnn.device.table.TableDescription;
import org.lepcnn.device.table.TableId;

/** How many passes the tables of a folder still serve; reads headers alone and needs no key. */
public final class PassesLeft {
  private final List<TableId> tables;

  public PassesLeft(List<TableId> tables) {
    this.tables = List.copyOf(tables);
  }

  /** Those of a folder; a file that is no table is an error. */
  public static PassesLeft read(Path folder) {
    return new PassesLeft(
        TableDescription.filesIn(folder).stream()
            .map(file -> TableDescription.read(file).id())
            .toList());
  }

  /**
   * Passes without a gap from the chain's next pass on; 0 when its tables are dry. A session that
   * is open has reserved the passes before that.
   */
  public long of(StateDescription chain) {
    long next = chain.nextPass();
    TableId found = find(chain, next);
    while (found != null) {
      next = found.lastPass() + 1;
      found = find(chain, next);
    }
    return next - chain.nextPass();
  }

  private TableId find(StateDescription chain, long pass) {
    for (TableId id : tables) {
      boolean ofChain =
          id.chain().equals(chain.chain())
              && id.device().equals(chain.device())
              && id.model().equals(chain.model());
      if (ofChain && id.contains(pass)) {
        return id;
      }
    }
    return null;
  }
}
