/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.session;

import java.nio.file.Path;
import java.util.List;
import org.lepcnn.device.key.PassKey;
import org.lepcnn.device.key.SecretKey;
import org.lepcnn.device.state.DeviceState;
import org.lepcnn.device.table.ResidueRoom;
import org.lepcnn.device.table.TableFolder;

/** Decryption tables in a folder. */
public final class FolderTables implements PassTables {
  private final TableFolder folder;

  private FolderTables(TableFolder folder) {
    this.folder = folder;
  }

  /**
   * Opens the tables of a state's chain and model.
   *
   * @param folder where they lie; see {@link TableFolder#open}
   * @param state stays the caller's
   */
  public static FolderTables open(Path folder, DeviceState state) {
    return new FolderTables(
        TableFolder.open(
            folder, state.device(), state.chain(), state.model(), state.deviceHalf().plan()));
  }

  @Override
  public int challengesPerLayer() {
    return folder.challengesPerLayer();
  }

  @Override
  public long passesLeftFrom(long pass) {
    return folder.passesLeftFrom(pass);
  }

  @Override
  public List<int[]> challenges(long group, SecretKey groupKey) {
    return folder.challenges(group, groupKey);
  }

  @Override
  public void readLayer(long pass, PassKey key, int layer, int[] out) {
    folder.readLayer(pass, key, layer, out);
  }

  @Override
  public PassReader openPass(long pass, PassKey key) {
    return new FolderReader(folder.openPass(pass, key));
  }

  @Override
  public void warmUp() {
    folder.warmUp();
  }

  @Override
  public void discardBefore(long pass) {
    folder.erase(pass);
  }

  @Override
  public void close() {
    folder.close();
  }

  private record FolderReader(TableFolder.PassTable table) implements PassReader {
    @Override
    public void readLayer(int layer, ResidueRoom out) {
      table.readLayer(layer, out);
    }

    @Override
    public void close() {
      table.close();
    }
  }
}
