/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.model;

import java.util.ArrayList;
import java.util.List;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.io.BodyReader;
import org.lepcnn.core.io.BodyWriter;
import org.lepcnn.core.io.CheckedFile;
import org.lepcnn.core.linear.DirectConvolution;
import org.lepcnn.core.linear.LayerWeights;

/**
 * What the edge holds of a model: the plan and the integer weights. Scales and biases stay with the
 * device.
 *
 * <p>The body of the file: the plan; then per layer the number of int8 parts that make up a weight
 * (1; since version 2 also 2, the high one first, see {@link LayerWeights}) and each part's
 * weights, {@code [outChannels][inChannels/groups][kernelHeight][kernelWidth]}; −128 among those of
 * one part since version 3; the field of every tensor in the plan since version 4. A model is
 * written in the oldest version that can hold it, so that its bytes and its fingerprint are those
 * that older versions give it.
 *
 * @param plan the rounds
 * @param weights per layer of the plan; not copied, not to be changed
 */
public record EdgeHalf(Plan plan, List<LayerWeights> weights) {
  static final int MAGIC = 0x4c455045; // "LEPE"
  static final int OLDEST_VERSION = 1;
  static final int VERSION = 4;
  private static final int VERSION_OF_TWO_PARTS = 2;
  private static final int VERSION_OF_SMALLEST_BYTES = 3;
  private static final int VERSION_OF_FIELDS = 4;

  public EdgeHalf {
    weights = List.copyOf(weights);
    if (weights.size() != plan.layers().size()) {
      throw BadInputException.about("Edge half")
          .expected("weights for " + plan.layers().size() + " layers")
          .found(weights.size());
    }
    for (LinearLayerSpec layer : plan.layers()) {
      checkWeights(layer, weights.get(layer.index()));
    }
  }

  /** An edge half whose weights all have one part. */
  public static EdgeHalf ofInt8(Plan plan, List<byte[]> weights) {
    return new EdgeHalf(plan, weights.stream().map(LayerWeights::of).toList());
  }

  /** The file's bytes. */
  public byte[] toFile() {
    BodyWriter body = new BodyWriter();
    boolean fields = plan.namesFields();
    plan.write(body, fields);
    for (LayerWeights layer : weights) {
      body.int32(layer.parts());
      for (int part = 0; part < layer.parts(); part++) {
        body.bytes(layer.part(part));
      }
    }
    int version =
        fields
            ? VERSION_OF_FIELDS
            : weights.stream().mapToInt(EdgeHalf::version).max().orElse(OLDEST_VERSION);
    return CheckedFile.frame(MAGIC, version, body.toByteArray());
  }

  /**
   * Reads a file's bytes.
   *
   * @param what names the file in errors
   */
  public static EdgeHalf parse(String what, byte[] file) {
    CheckedFile.Content content = CheckedFile.open(what, file, MAGIC, OLDEST_VERSION, VERSION);
    BodyReader in = new BodyReader(what, content.body());
    Plan plan = Plan.read(in, content.version() >= VERSION_OF_FIELDS);
    List<LayerWeights> weights = new ArrayList<>();
    for (int i = 0; i < plan.layers().size(); i++) {
      weights.add(readWeights(in, i, content.version()));
    }
    in.end();
    return new EdgeHalf(plan, weights);
  }

  private static LayerWeights readWeights(BodyReader in, int layer, int version) {
    int parts = in.int32();
    int most = version < VERSION_OF_TWO_PARTS ? 1 : 2;
    if (parts < 1 || parts > most) {
      throw in.corrupt(
          "layer %s has weights of %s parts, format version %s knows up to %s"
              .formatted(layer, parts, version, most));
    }
    LayerWeights weights =
        parts == 1 ? LayerWeights.of(in.bytes()) : LayerWeights.of(in.bytes(), in.bytes());
    if (version < version(weights)) {
      throw in.corrupt(
          "layer %s has a weight of %s, which format version %s does not know"
              .formatted(layer, Byte.MIN_VALUE, version));
    }
    return weights;
  }

  /** The oldest version that can hold a layer's weights. */
  private static int version(LayerWeights weights) {
    if (weights.parts() > 1) {
      return VERSION_OF_TWO_PARTS;
    }
    for (byte weight : weights.part(0)) {
      if (weight == Byte.MIN_VALUE) {
        return VERSION_OF_SMALLEST_BYTES;
      }
    }
    return OLDEST_VERSION;
  }

  private static void checkWeights(LinearLayerSpec layer, LayerWeights weights) {
    if (weights.count() != layer.geometry().weightCount()) {
      throw BadInputException.about(
              "Edge half: layer %s needs %s weights"
                  .formatted(layer.index(), layer.geometry().weightCount()))
          .found(weights.count());
    }
    if (weights.parts() > 1 && layer.geometry().fanIn() >= DirectConvolution.MAX_PARTED_FAN_IN) {
      throw BadInputException.about(
              "Edge half: layer "
                  + layer.index()
                  + " has weights of two parts, which needs a fan-in below "
                  + DirectConvolution.MAX_PARTED_FAN_IN)
          .found(layer.geometry().fanIn());
    }
  }
}
