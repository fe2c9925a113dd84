/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx.cut;

import java.util.Set;
import org.lepcnn.core.field.ResidueField;
import org.lepcnn.core.linear.ConvGeometry;

/**
 * A layer that could go to the edge.
 *
 * @param name of its node
 * @param op the node's operator
 * @param input the value that it reads: layers of one input share a masked tensor
 * @param field of that tensor and of the result, as far as it is known beforehand
 * @param before the layers whose results reach its input without another layer between, by their
 *     places in the list of all
 */
public record CutLayer(
    String name,
    String op,
    ConvGeometry geometry,
    String input,
    ResidueField field,
    Set<Integer> before) {
  public CutLayer {
    before = Set.copyOf(before);
  }

  /** The same in another field. */
  CutLayer in(ResidueField other) {
    return new CutLayer(name, op, geometry, input, other, before);
  }

  /** Bytes of its weights in float, which a device that keeps it has to hold. */
  long weightBytes() {
    return (long) geometry.weightCount() * Float.BYTES;
  }
}
