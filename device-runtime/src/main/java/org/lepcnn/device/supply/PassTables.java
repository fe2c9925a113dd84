/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.supply;

import java.util.Arrays;
import org.lepcnn.core.api.PublicApi;
import org.lepcnn.device.integrity.GroupChallenges;
import org.lepcnn.device.key.GroupKey;
import org.lepcnn.device.key.PassKey;

/**
 * Where a session reads challenge vectors and unblinding factors: decryption tables, or a
 * computation in the process. Thread-safe.
 */
@PublicApi
public interface PassTables extends AutoCloseable {
  /** 1, or 2 when the tables carry the double check. */
  int challengesPerLayer();

  /** How many passes without a gap can be run from {@code pass} on; 0 when the tables are dry. */
  long passesLeftFrom(long pass);

  /**
   * The challenges of a group of passes.
   *
   * @param groupKey stays the caller's
   */
  GroupChallenges challenges(long group, GroupKey groupKey);

  /**
   * Reads U of one pass and layer.
   *
   * @param key the pass's key; stays the caller's
   * @param group the challenges of the pass's group, by which a changed table is found
   * @param out receives {@code outputSize()} canonical residues, which are those that were issued
   * @throws DamagedTableException the table is not what was issued; {@code out} is all zeros then
   */
  void readLayer(long pass, PassKey key, GroupChallenges group, int layer, int[] out);

  /**
   * Opens the tables of one pass, for whoever reads several of its layers.
   *
   * @param key the pass's key; stays the caller's and outlives the reader
   * @param group the challenges of the pass's group, by which a changed table is found
   */
  default PassFactors openPass(long pass, PassKey key, GroupChallenges group) {
    return (layer, out) -> {
      int[] residues = new int[out.capacity()];
      readLayer(pass, key, group, layer, residues);
      out.residues().put(0, residues);
      Arrays.fill(residues, 0);
    };
  }

  /**
   * Brings the code that opens tables up to speed, with keys and data that are thrown away; no
   * table is read.
   */
  default void warmUp() {}

  /**
   * Says that no pass below {@code pass} will be read any more, so that files may go. Best effort.
   */
  default void discardBefore(long pass) {}

  @Override
  void close();

  /** The unblinding factors of one pass. Used by one thread at a time. */
  @FunctionalInterface
  interface PassFactors extends AutoCloseable {
    /**
     * Reads U of one layer.
     *
     * @param out receives {@code outputSize()} canonical residues, which are those that were issued
     * @throws DamagedTableException the table is not what was issued; {@code out} is all zeros then
     */
    void readLayer(int layer, ResidueBuffer out);

    /** Forgets the pass's key. */
    @Override
    default void close() {}
  }
}
