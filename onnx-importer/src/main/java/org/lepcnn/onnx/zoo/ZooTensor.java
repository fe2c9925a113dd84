/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx.zoo;

/**
 * A value of a network under construction, of shape {@code [1][channels][height][width]}.
 *
 * @param name in the graph
 * @param secondMoment what E[x²] is expected to be for an input of unit variance; from it follow
 *     the statistics that BatchNormalization carries
 */
record ZooTensor(String name, int channels, int height, int width, double secondMoment) {
  int elements() {
    return channels * height * width;
  }

  ZooTensor withMoment(double moment) {
    return new ZooTensor(name, channels, height, width, moment);
  }
}
