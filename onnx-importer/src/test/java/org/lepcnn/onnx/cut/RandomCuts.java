/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx.cut;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.lepcnn.core.field.ResidueField;
import org.lepcnn.core.linear.ConvAxis;
import org.lepcnn.core.linear.ConvGeometry;
import org.lepcnn.onnx.cut.DeviceProfile.Elements;
import org.lepcnn.onnx.cut.DeviceProfile.Energy;
import org.lepcnn.onnx.cut.DeviceProfile.Transport;

/** Small networks and profiles, drawn so that some layers pay and others do not. */
final class RandomCuts {
  private final SplittableRandom random;

  RandomCuts(long seed) {
    random = new SplittableRandom(seed);
  }

  /** Layers one behind the other; each but the last of a round may have siblings on its tensor. */
  CutGraph chain(int most) {
    List<CutLayer> layers = new ArrayList<>();
    Set<Integer> before = Set.of();
    int count = random.nextInt(1, most + 1);
    for (int level = 0; layers.size() < count; level++) {
      int width = random.nextInt(1, 1 + Math.min(3, count - layers.size()));
      ConvGeometry first = geometry();
      Set<Integer> siblings = new TreeSet<>();
      for (int i = 0; i < width; i++) {
        siblings.add(layers.size());
        layers.add(layer(i == 0 ? first : sibling(first), "t" + level, before));
      }
      before = siblings;
    }
    return new CutGraph(layers);
  }

  /** Layers behind any of those before them. */
  CutGraph any(int most) {
    List<CutLayer> layers = new ArrayList<>();
    int count = random.nextInt(1, most + 1);
    while (layers.size() < count) {
      int place = layers.size();
      CutLayer twin = place == 0 ? null : layers.get(random.nextInt(place));
      if (twin != null && random.nextInt(3) == 0) {
        layers.add(layer(sibling(twin.geometry()), twin.input(), twin.before()));
      } else {
        Set<Integer> before = new TreeSet<>();
        for (int i = random.nextInt(3); i > 0 && place > 0; i--) {
          before.add(random.nextInt(place));
        }
        layers.add(layer(geometry(), "t" + place, before));
      }
    }
    return new CutGraph(layers);
  }

  DeviceProfile profile() {
    return new DeviceProfile(
        "drawn",
        "drawn",
        new Elements(nanos(), nanos(), nanos(), nanos(), nanos()),
        speeds(0.1),
        speeds(0.01),
        new Transport(random.nextInt(0, 60), nanos(), nanos()),
        new Energy(nanos(), nanos()));
  }

  int nextInt(int from, int to) {
    return random.nextInt(from, to);
  }

  private LayerSpeeds speeds(double scale) {
    return new LayerSpeeds(scale * nanos(), scale * nanos(), scale * nanos(), scale * nanos());
  }

  private double nanos() {
    return random.nextInt(0, 40) / 8.0;
  }

  private static CutLayer layer(ConvGeometry g, String input, Set<Integer> before) {
    // the same for all layers of one tensor
    ResidueField field = ResidueField.values()[input.hashCode() & 1];
    return new CutLayer("layer", "Conv", g, input, field, before);
  }

  private ConvGeometry geometry() {
    int channels = random.nextInt(1, 40);
    int side = random.nextInt(1, 12);
    int kernel = side > 2 && random.nextBoolean() ? 3 : 1;
    ConvAxis axis = ConvAxis.of(side, side, kernel).withPadBefore(kernel / 2);
    boolean depthwise = random.nextInt(5) == 0;
    return new ConvGeometry(
        1,
        channels,
        depthwise ? channels : random.nextInt(1, 60),
        depthwise ? channels : 1,
        axis,
        axis);
  }

  private ConvGeometry sibling(ConvGeometry g) {
    return ConvGeometry.of(g.inChannels(), random.nextInt(1, 60), g.height(), g.width());
  }
}
