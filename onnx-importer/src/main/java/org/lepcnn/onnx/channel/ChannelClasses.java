/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx.channel;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Classes of channels that have one factor: disjoint sets, one of which is pinned to 1. */
public final class ChannelClasses {
  /** The class of what cannot be scaled. */
  static final int PINNED = 0;

  private final List<Integer> parents = new ArrayList<>(List.of(PINNED));

  /** The class that a class has become part of. */
  public int find(int id) {
    int root = id;
    while (parents.get(root) != root) {
      root = parents.get(root);
    }
    parents.set(id, root);
    return root;
  }

  /** How many classes there are; their numbers are smaller. */
  public int count() {
    return parents.size();
  }

  public boolean isPinned(int id) {
    return find(id) == PINNED;
  }

  public void pin(int... ids) {
    for (int id : ids) {
      union(PINNED, id);
    }
  }

  boolean areAllPinned(int[] ids) {
    return Arrays.stream(ids).allMatch(this::isPinned);
  }

  /** New classes of a channel each. */
  int[] fresh(int count) {
    int[] ids = new int[count];
    for (int i = 0; i < count; i++) {
      ids[i] = parents.size();
      parents.add(ids[i]);
    }
    return ids;
  }

  /** Makes one class of each two of as many. */
  void union(int[] some, int[] others) {
    for (int i = 0; i < some.length; i++) {
      union(some[i], others[i]);
    }
  }

  private void union(int one, int other) {
    int a = find(one);
    int b = find(other);
    parents.set(Math.max(a, b), Math.min(a, b));
  }
}
