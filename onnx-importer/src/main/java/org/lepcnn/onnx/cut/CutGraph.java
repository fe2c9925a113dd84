/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx.cut;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.lepcnn.core.field.ResidueField;

/** All layers that could go to the edge, the tensors that they share, and what comes first. */
public final class CutGraph {
  private final List<CutLayer> layers;
  private final List<int[]> readers = new ArrayList<>();
  private final int[] levels;

  /**
   * @param layers in an order in which each comes behind those before it
   */
  public CutGraph(List<CutLayer> layers) {
    this.layers = List.copyOf(layers);
    Map<String, List<Integer>> byInput = new LinkedHashMap<>();
    for (int i = 0; i < layers.size(); i++) {
      byInput.computeIfAbsent(layers.get(i).input(), key -> new ArrayList<>()).add(i);
    }
    byInput.values().forEach(each -> readers.add(each.stream().mapToInt(i -> i).toArray()));
    levels = levels(all());
  }

  /**
   * The same with other fields.
   *
   * @param fields of tensors, by the value that they hold; the others keep theirs
   */
  public CutGraph in(Map<String, ResidueField> fields) {
    return new CutGraph(
        layers.stream()
            .map(layer -> layer.in(fields.getOrDefault(layer.input(), layer.field())))
            .toList());
  }

  public List<CutLayer> layers() {
    return layers;
  }

  /**
   * The cut that costs least: whether each layer is offloaded.
   *
   * @throws org.lepcnn.core.error.BadInputException when no cut keeps to the limits
   */
  public boolean[] cheapest(DeviceProfile profile, Objective objective, CutLimits limits) {
    return new CutSolver(this, profile, objective, limits).solve();
  }

  /** The layers that read each masked tensor. */
  List<int[]> readers() {
    return readers;
  }

  /** The round of a layer when all are offloaded. */
  int level(int layer) {
    return levels[layer];
  }

  /** How many rounds a cut takes: the longest chain of its layers. */
  int rounds(boolean[] offloaded) {
    int[] rounds = levels(offloaded);
    int most = 0;
    for (int i = 0; i < rounds.length; i++) {
      most = Math.max(most, rounds[i] + (offloaded[i] ? 1 : 0));
    }
    return most;
  }

  boolean[] none() {
    return new boolean[layers.size()];
  }

  boolean[] all() {
    boolean[] all = none();
    Arrays.fill(all, true);
    return all;
  }

  /** How many offloaded layers lie on the longest path to each layer's input. */
  private int[] levels(boolean[] offloaded) {
    int[] into = new int[layers.size()];
    for (int i = 0; i < into.length; i++) {
      for (int before : layers.get(i).before()) {
        into[i] = Math.max(into[i], into[before] + (offloaded[before] ? 1 : 0));
      }
    }
    return into;
  }
}
