/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx.channel;

import java.util.HashMap;
import java.util.Map;
import org.lepcnn.onnx.run.InstrumentedRun;

/** The channels of a graph's values. */
final class ChannelValues {
  private final InstrumentedRun run;
  private final ChannelClasses classes;
  private final Map<String, Channels> values = new HashMap<>();

  ChannelValues(InstrumentedRun run, ChannelClasses classes) {
    this.run = run;
    this.classes = classes;
  }

  /** A value's channels; null where nothing can be scaled. */
  Channels of(String value) {
    return values.get(value);
  }

  void put(String value, Channels channels) {
    values.put(value, channels);
  }

  void pin(String value) {
    Channels channels = values.get(value);
    if (channels != null) {
      classes.pin(channels.ids());
    }
  }

  /** Whether one of a value's channels may still get a factor. */
  boolean isFree(String value) {
    Channels channels = values.get(value);
    return channels != null && !classes.areAllPinned(channels.ids());
  }

  long[] dims(String value) {
    return run.type(value).dims();
  }

  /**
   * The classes along an axis of a value. Pinned ones where it has no channels, or has them along
   * another axis, which then are pinned as well.
   */
  int[] along(String value, int axis) {
    long[] dims = dims(value);
    int[] ids = refit(value, product(dims, 0, axis), dims[axis], product(dims, axis + 1));
    if (ids == null) {
      pin(value);
      return new int[Math.toIntExact(dims[axis])];
    }
    return ids;
  }

  /**
   * The classes along another axis of the same elements in row-major order: {@code outer} times
   * {@code count} times {@code inner} of them. Null when elements of different classes would share
   * an index, or the value has no channels.
   */
  int[] refit(String value, long outer, long count, long inner) {
    Channels channels = values.get(value);
    if (channels == null) {
      return null;
    }
    long[] dims = dims(value);
    int[] ids = channels.ids();
    long ownOuter = product(dims, 0, channels.axis());
    long ownInner = product(dims, channels.axis() + 1);
    if (outer == 0 || inner == 0 || count == 0 || ownInner == 0) {
      return null;
    }
    boolean sameElements = outer * count * inner == ownOuter * ids.length * ownInner;
    if (!sameElements || ownOuter % outer != 0 || ownInner % inner != 0) {
      return null;
    }
    int[] refitted = new int[Math.toIntExact(count)];
    for (int i = 0; i < refitted.length; i++) {
      refitted[i] = ids[(int) (i * inner / ownInner % ids.length)];
    }
    return refitted;
  }

  static long product(long[] dims, int from) {
    return product(dims, from, dims.length);
  }

  static long product(long[] dims, int from, int to) {
    long product = 1;
    for (int i = from; i < to; i++) {
      product *= dims[i];
    }
    return product;
  }
}
