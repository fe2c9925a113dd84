/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx.work;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.lepcnn.onnx.graph.Tensors;

/**
 * Multiplications of Einsum, whose operands are multiplied from left to right: each product takes
 * one for every combination of the indices of its two sides, and indices that nothing further needs
 * are summed up after it. One operand alone takes none.
 */
final class EinsumWork {
  private static final String ELLIPSIS = "...";

  private final Map<String, Long> sizes = new HashMap<>();

  private EinsumWork() {}

  static long of(Operands o) {
    return new EinsumWork().count(o);
  }

  private long count(Operands o) {
    String[] sides = o.node().string("equation", "").replace(" ", "").split("->", -1);
    List<Set<String>> operands = new ArrayList<>();
    for (String term : sides[0].split(",", -1)) {
      operands.add(indices(term, o.dims(operands.size())));
    }
    Set<String> results =
        sides.length > 1 ? indices(sides[1], o.outputDims(0)) : onlyOnce(operands);
    long multiplications = 0;
    Set<String> left = new TreeSet<>(operands.get(0));
    for (int i = 1; i < operands.size(); i++) {
      left.addAll(operands.get(i));
      multiplications += Tensors.elements(left.stream().mapToLong(sizes::get).toArray());
      Set<String> needed = new TreeSet<>(results);
      operands.subList(i + 1, operands.size()).forEach(needed::addAll);
      left.retainAll(needed);
    }
    return multiplications;
  }

  /** The indices of a term; those of an ellipsis are numbered from its last, as they broadcast. */
  private Set<String> indices(String term, long[] dims) {
    Set<String> indices = new TreeSet<>();
    int ellipsis = term.indexOf(ELLIPSIS);
    String letters = term.replace(ELLIPSIS, "");
    int hidden = ellipsis < 0 ? 0 : dims.length - letters.length();
    for (int axis = 0; axis < dims.length; axis++) {
      boolean before = ellipsis < 0 || axis < ellipsis;
      boolean inside = !before && axis < ellipsis + hidden;
      String index =
          inside
              ? ELLIPSIS + (ellipsis + hidden - axis)
              : String.valueOf(letters.charAt(before ? axis : axis - hidden));
      indices.add(index);
      sizes.merge(index, dims[axis], Math::max);
    }
    return indices;
  }

  /** What the result has without a right side: the indices that one operand alone has. */
  private static Set<String> onlyOnce(List<Set<String>> operands) {
    Map<String, Integer> times = new HashMap<>();
    operands.forEach(operand -> operand.forEach(index -> times.merge(index, 1, Integer::sum)));
    Set<String> once = new TreeSet<>();
    times.forEach(
        (index, count) -> {
          if (count == 1 || index.startsWith(ELLIPSIS)) {
            once.add(index);
          }
        });
    return once;
  }
}
