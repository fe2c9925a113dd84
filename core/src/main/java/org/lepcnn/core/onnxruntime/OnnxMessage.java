/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.onnxruntime;

import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The messages of the ONNX format in which a tensor can stand, at any depth, with their fields by
 * number. Fields that are in neither list are unknown: of a newer version of the format.
 */
public enum OnnxMessage {
  TENSOR(Map.of(), 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 16),
  SPARSE_TENSOR(Map.of(1, "TENSOR", 2, "TENSOR"), 3),
  ATTRIBUTE(
      Map.of(
          5, "TENSOR",
          6, "GRAPH",
          10, "TENSOR",
          11, "GRAPH",
          22, "SPARSE_TENSOR",
          23, "SPARSE_TENSOR"),
      1,
      2,
      3,
      4,
      7,
      8,
      9,
      13,
      14,
      15,
      20,
      21),
  NODE(Map.of(5, "ATTRIBUTE"), 1, 2, 3, 4, 6, 7, 8, 9, 10),
  GRAPH(Map.of(1, "NODE", 5, "TENSOR", 15, "SPARSE_TENSOR"), 2, 10, 11, 12, 13, 14, 16),
  FUNCTION(Map.of(7, "NODE", 11, "ATTRIBUTE"), 1, 4, 5, 6, 8, 9, 10, 12, 13, 14),
  TRAINING_INFO(Map.of(1, "GRAPH", 2, "GRAPH"), 3, 4),
  MODEL(Map.of(7, "GRAPH", 20, "TRAINING_INFO", 25, "FUNCTION"), 1, 2, 3, 4, 5, 6, 8, 14, 26);

  private final Map<Integer, String> children;
  private final Set<Integer> others;

  OnnxMessage(Map<Integer, String> children, Integer... others) {
    this.children = children;
    this.others = Set.of(others);
  }

  /** The message that stands in a field and can hold tensors; null for every other field. */
  public @Nullable OnnxMessage child(int field) {
    String name = children.get(field);
    return name == null ? null : valueOf(name);
  }

  /** Whether the format, as far as it is known here, has this field. */
  public boolean knows(int field) {
    return children.containsKey(field) || others.contains(field);
  }
}
