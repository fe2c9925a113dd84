/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.bench.plainjob;

import java.io.Serializable;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A float32 input of the network with its fixed shape; travels in the job graph and as an argument.
 *
 * @param name in the network
 * @param shape its dimensions
 */
public record PlainInput(String name, List<Long> shape) implements Serializable {
  private static final long serialVersionUID = 1L;

  public PlainInput {
    shape = List.copyOf(shape);
  }

  /** Reads {@code name=1x3x224x224}; the name may contain '='. */
  static PlainInput parse(String text) {
    int at = text.lastIndexOf('=');
    return new PlainInput(
        text.substring(0, at),
        Arrays.stream(text.substring(at + 1).split("x", -1)).map(Long::valueOf).toList());
  }

  /** Values of the tensor. */
  public int elements() {
    return Math.toIntExact(shape.stream().reduce(1L, Math::multiplyExact));
  }

  long[] dimensions() {
    return shape.stream().mapToLong(Long::longValue).toArray();
  }

  /** What {@link #parse} reads. */
  @Override
  public String toString() {
    return name + "=" + shape.stream().map(Object::toString).collect(Collectors.joining("x"));
  }
}
