/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx.layer;

import java.util.Arrays;
import org.lepcnn.onnx.graph.Node;
import org.lepcnn.onnx.graph.Shapes;
import org.lepcnn.onnx.graph.StaysOnDeviceException;

/**
 * The spatial attributes of Conv and ConvTranspose, always for two axes: a one-dimensional layer
 * has height 1.
 */
final class Spatial {
  private static final int AXES = 2;

  private final Node node;
  private final int rank;

  /** Takes a node over {@code rank} spatial axes, 1 or 2. */
  Spatial(Node node, int rank) {
    this.node = node;
    this.rank = rank;
  }

  /** The spatial part of {@code dims}, which starts with two others. */
  int[] sizes(long[] dims) throws StaysOnDeviceException {
    return aligned(Arrays.copyOfRange(dims, 2, dims.length), 1);
  }

  int[] strides() throws StaysOnDeviceException {
    return attribute("strides", 1);
  }

  int[] dilations() throws StaysOnDeviceException {
    return attribute("dilations", 1);
  }

  int[] outputPadding() throws StaysOnDeviceException {
    return attribute("output_padding", 0);
  }

  boolean isUpper() {
    return node.string("auto_pad", "NOTSET").equals("SAME_UPPER");
  }

  boolean isSame() {
    return isUpper() || node.string("auto_pad", "NOTSET").equals("SAME_LOWER");
  }

  /** The padding before the first element per axis, without {@code auto_pad}. */
  int[] explicitPads() throws StaysOnDeviceException {
    long[] pads = node.integers("pads");
    boolean none = pads == null || node.string("auto_pad", "NOTSET").equals("VALID");
    if (!none && pads.length != 2 * rank) {
      throw new StaysOnDeviceException("its attribute pads does not fit its rank");
    }
    return aligned(none ? new long[rank] : Arrays.copyOf(pads, rank), 0);
  }

  private int[] attribute(String name, int byDefault) throws StaysOnDeviceException {
    long[] values = node.integers(name);
    if (values == null || values.length == 0) {
      values = new long[rank];
      Arrays.fill(values, byDefault);
    }
    if (values.length != rank) {
      throw new StaysOnDeviceException("its attribute " + name + " does not fit its rank");
    }
    return aligned(values, byDefault);
  }

  private static int[] aligned(long[] values, int filler) throws StaysOnDeviceException {
    int[] aligned = new int[AXES];
    Arrays.fill(aligned, filler);
    for (int i = 0; i < values.length; i++) {
      if (values[i] != (int) values[i]) {
        throw new StaysOnDeviceException("its sizes " + Shapes.text(values) + " are too large");
      }
      aligned[AXES - values.length + i] = (int) values[i];
    }
    return aligned;
  }
}
