/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.model;

import java.util.ArrayList;
import java.util.List;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.io.BodyReader;
import org.lepcnn.core.io.BodyWriter;
import org.lepcnn.core.io.CheckedFile;

/**
 * What the edge holds of a model: the plan and the int8 weights. Scales and biases stay with the
 * device.
 *
 * <p>The body of the file: the plan; then per layer the number of int8 parts that make up a weight
 * (1 in this version) and each part's weights, in [−127, 127], {@code
 * [outChannels][inChannels/groups][kernelHeight][kernelWidth]}.
 *
 * @param plan the rounds
 * @param weights per layer of the plan; not copied, not to be changed
 */
public record EdgeHalf(Plan plan, List<byte[]> weights) {
  static final int MAGIC = 0x4c455045; // "LEPE"
  static final int VERSION = 1;
  private static final int WEIGHT_PARTS = 1;

  public EdgeHalf {
    weights = List.copyOf(weights);
    if (weights.size() != plan.layers().size()) {
      throw new BadInputException(
          "Edge half: expected weights for "
              + plan.layers().size()
              + " layers; found "
              + weights.size()
              + ".");
    }
    for (LinearLayerSpec layer : plan.layers()) {
      checkWeights(layer, weights.get(layer.index()));
    }
  }

  /** The file's bytes. */
  public byte[] toFile() {
    BodyWriter body = new BodyWriter();
    plan.write(body);
    for (byte[] layer : weights) {
      body.int32(WEIGHT_PARTS).bytes(layer);
    }
    return CheckedFile.frame(MAGIC, VERSION, body.toByteArray());
  }

  /**
   * Reads a file's bytes.
   *
   * @param what names the file in errors
   */
  public static EdgeHalf parse(String what, byte[] file) {
    BodyReader in =
        new BodyReader(what, CheckedFile.open(what, file, MAGIC, VERSION, VERSION).body());
    Plan plan = Plan.read(in);
    List<byte[]> weights = new ArrayList<>();
    for (int i = 0; i < plan.layers().size(); i++) {
      int parts = in.int32();
      if (parts != WEIGHT_PARTS) {
        throw in.corrupt(
            "layer "
                + i
                + " has weights of "
                + parts
                + " parts, this version knows "
                + WEIGHT_PARTS);
      }
      weights.add(in.bytes());
    }
    in.end();
    return new EdgeHalf(plan, weights);
  }

  private static void checkWeights(LinearLayerSpec layer, byte[] weights) {
    if (weights.length != layer.geometry().weightCount()) {
      throw new BadInputException(
          "Edge half: layer "
              + layer.index()
              + " needs "
              + layer.geometry().weightCount()
              + " weights; found "
              + weights.length
              + ".");
    }
    for (byte weight : weights) {
      if (weight == Byte.MIN_VALUE) {
        throw new BadInputException(
            "Edge half: weights of layer "
                + layer.index()
                + " must lie in [-127, 127]; found -128.");
      }
    }
  }
}
