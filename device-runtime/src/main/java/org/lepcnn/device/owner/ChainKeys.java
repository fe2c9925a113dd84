/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.owner;

import java.util.ArrayList;
import java.util.List;
import org.lepcnn.device.key.ChallengeKey;
import org.lepcnn.device.key.GroupKey;
import org.lepcnn.device.key.PassKey;

/**
 * The keys of one chain, for whoever makes its tables. They seal and they yield unblinding factors;
 * nobody outside this module can look into them ({@link org.lepcnn.device.key.SecretAccess}).
 *
 * <p>Reaching pass n takes n steps from the first key; this object goes on from where it is, so
 * that files made in the order of their passes cost no step twice. Not thread-safe.
 */
public final class ChainKeys implements AutoCloseable {
  private final PassKey first;
  private final ChallengeKey challengeKey;
  private PassKey current;
  private long position;

  /**
   * @param firstKey the chain's first key; stays the caller's
   */
  ChainKeys(PassKey firstKey) {
    this.first = firstKey.copy();
    this.challengeKey = first.challengeKeyOfChain();
    this.current = first.copy();
  }

  /** The key of a group's challenges; the caller closes it. */
  public GroupKey groupKey(long group) {
    return challengeKey.groupKey(group);
  }

  /**
   * Keys of consecutive passes; the caller closes them.
   *
   * @param pass the first of them
   * @param count at least 1
   */
  public List<PassKey> passKeys(long pass, int count) {
    if (pass < position) {
      replace(first.copy(), 0);
    }
    replace(current.advance(pass - position), pass);
    List<PassKey> keys = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      keys.add(current);
      current = current.next();
      position++;
    }
    return keys;
  }

  /** Erases the keys that it holds. */
  @Override
  public void close() {
    first.close();
    challengeKey.close();
    current.close();
  }

  private void replace(PassKey key, long pass) {
    current.close();
    current = key;
    position = pass;
  }
}
