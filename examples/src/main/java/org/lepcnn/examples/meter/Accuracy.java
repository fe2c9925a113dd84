/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.examples.meter;

import ai.onnxruntime.OrtException;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import org.lepcnn.examples.meter.render.MeterPicture;
import org.lepcnn.examples.meter.render.PictureRenderer;
import org.lepcnn.examples.meter.render.Typeface;

/** How many pictures were read correctly, in all and by typeface. */
final class Accuracy {
  private final Map<Typeface, Integer> seen = new EnumMap<>(Typeface.class);
  private final Map<Typeface, Integer> right = new EnumMap<>(Typeface.class);

  /** Lets a model read the first pictures of a seed. */
  static Accuracy measure(OnnxClassifier model, PictureRenderer renderer, int count)
      throws OrtException {
    Accuracy accuracy = new Accuracy();
    for (int i = 0; i < count; i++) {
      MeterPicture picture = renderer.picture(i);
      accuracy.seen.merge(picture.typeface(), 1, Integer::sum);
      int hit = model.read(picture) == picture.label() ? 1 : 0;
      accuracy.right.merge(picture.typeface(), hit, Integer::sum);
    }
    return accuracy;
  }

  /** The share of pictures that were read correctly. */
  double share() {
    return sum(right) / (double) sum(seen);
  }

  private static int sum(Map<Typeface, Integer> counts) {
    int sum = 0;
    for (int count : counts.values()) {
      sum += count;
    }
    return sum;
  }

  /** A table with a line for each typeface and one for all of them. */
  @Override
  public String toString() {
    StringBuilder table = new StringBuilder();
    for (Map.Entry<Typeface, Integer> entry : seen.entrySet()) {
      Typeface typeface = entry.getKey();
      table.append(line(typeface.toString(), right.get(typeface), entry.getValue()));
    }
    return table.append(line("all", sum(right), sum(seen))).toString();
  }

  private static String line(String name, int right, int seen) {
    return String.format(
        Locale.ROOT, "%-14s %6d of %6d  %6.2f %%%n", name, right, seen, 100.0 * right / seen);
  }
}
