/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx.cut;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.lepcnn.core.error.BadInputException;

/**
 * Finds the cut that costs least.
 *
 * <p>A cut S costs
 *
 * <pre>
 *   F(S) = Σ over tensors with a layer in S of u(T) + Σ over layers in S of d(l)
 *        + Σ over the other layers of p(l) + t · rounds(S)
 * </pre>
 *
 * with u to send a tensor, d for a result, p for a layer on the device and t for a round. Without t
 * tensors decide for themselves: the layers with d ≤ p go, if together they save at least u. That
 * is exact. With t, all the tensors that pay are taken of every level (the round in which a layer
 * travels when all do) where together they save at least t. That is exact where every level is a
 * cut of the graph, as in a chain; elsewhere a cut may take fewer rounds than it has levels. So the
 * best of this cut, of everything and of nothing is improved by turning single layers and tensors
 * over while that makes the true F smaller.
 *
 * <p>A bound on rounds takes the levels that save most. A bound on memory gives a kept byte of
 * weights a price, the smallest at which the bound holds, by bisection; turning layers over uses up
 * what the bound then leaves. Nothing depends on data, and equal costs go to the edge.
 */
final class CutSolver {
  private static final int BISECTIONS = 60;
  private static final double HIGHEST_PRICE = 1e12;

  /** What differs by less is the same, but for rounding. */
  private static final double SAME = 1e-9;

  private final CutGraph graph;
  private final CutLimits limits;
  private final String purpose;
  private final double[] gains;
  private final double[] sent;
  private final double round;

  private record Level(int number, double gain, List<Integer> layers) {}

  private record Found(boolean[] cut, double cost) {}

  CutSolver(CutGraph graph, DeviceProfile profile, Objective objective, CutLimits limits) {
    this.graph = graph;
    this.limits = limits;
    this.purpose = objective.word() + " on " + profile.name();
    this.gains =
        graph.layers().stream()
            .mapToDouble(
                layer ->
                    objective.of(profile.kept(layer.geometry()))
                        - objective.of(profile.offloaded(layer)))
            .toArray();
    this.sent =
        graph.readers().stream()
            .map(readers -> graph.layers().get(readers[0]))
            .mapToDouble(layer -> objective.of(profile.sent(layer)))
            .toArray();
    this.round = objective.of(profile.round());
  }

  /**
   * The cut: whether each layer is offloaded.
   *
   * @throws BadInputException when no cut keeps to the limits
   */
  boolean[] solve() {
    boolean[] cheapest = byLevels(0);
    if (round == 0 && limits.areNone()) {
      return cheapest;
    }
    List<boolean[]> starts = new ArrayList<>(List.of(graph.all(), graph.none()));
    starts.add(0, holds(cheapest) ? cheapest : withinMemory());
    Found best = null;
    for (boolean[] start : starts) {
      if (holds(start)) {
        Found found = improved(start);
        best = best == null || isLess(found.cost(), best.cost()) ? found : best;
      }
    }
    if (best == null) {
      throw nothingHolds(starts.get(0));
    }
    return best.cut();
  }

  /** What a cut costs more than everything on the device. */
  double cost(boolean[] cut) {
    double cost = round * (round == 0 ? 0 : graph.rounds(cut));
    for (int tensor = 0; tensor < sent.length; tensor++) {
      boolean travels = false;
      for (int layer : graph.readers().get(tensor)) {
        travels |= cut[layer];
        cost -= cut[layer] ? gains[layer] : 0;
      }
      cost += travels ? sent[tensor] : 0;
    }
    return cost;
  }

  boolean holds(boolean[] cut) {
    return limits.areNone() || limits.hold(graph.rounds(cut), keptBytes(cut));
  }

  long keptBytes(boolean[] cut) {
    long bytes = 0;
    for (int i = 0; i < cut.length; i++) {
      bytes += cut[i] ? 0 : graph.layers().get(i).weightBytes();
    }
    return bytes;
  }

  /**
   * The levels that pay.
   *
   * @param price of a byte of weights that the device keeps
   */
  private boolean[] byLevels(double price) {
    List<Level> levels = new ArrayList<>();
    for (int tensor = 0; tensor < sent.length; tensor++) {
      int number = graph.level(graph.readers().get(tensor)[0]);
      while (levels.size() <= number) {
        levels.add(new Level(levels.size(), 0, new ArrayList<>()));
      }
      levels.set(number, withTensor(levels.get(number), tensor, price));
    }
    boolean[] cut = graph.none();
    levels.stream()
        .filter(level -> !level.layers().isEmpty() && level.gain() >= round)
        .sorted(Comparator.comparingDouble(Level::gain).reversed().thenComparing(Level::number))
        .limit(limits.maxRounds().orElse(Integer.MAX_VALUE))
        .forEach(level -> level.layers().forEach(layer -> cut[layer] = true));
    return cut;
  }

  private Level withTensor(Level level, int tensor, double price) {
    double gain = -sent[tensor];
    List<Integer> paying = new ArrayList<>();
    for (int layer : graph.readers().get(tensor)) {
      double saved = gains[layer] + price * graph.layers().get(layer).weightBytes();
      if (saved >= 0) {
        gain += saved;
        paying.add(layer);
      }
    }
    if (paying.isEmpty() || gain < 0) {
      return level;
    }
    level.layers().addAll(paying);
    return new Level(level.number(), level.gain() + gain, level.layers());
  }

  /** The cheapest cut of those at a price of memory that keep to the bound; else the smallest. */
  private boolean[] withinMemory() {
    double low = 0;
    double high = HIGHEST_PRICE;
    boolean[] best = byLevels(high);
    for (int i = 0; i < BISECTIONS && holds(best); i++) {
      // prices span many orders of magnitude
      double middle = low == 0 ? high / 1e6 : Math.sqrt(low * high);
      if (low == 0 && high < SAME) {
        break;
      }
      boolean[] cut = byLevels(middle);
      if (holds(cut)) {
        high = middle;
        best = isLess(cost(cut), cost(best)) ? cut : best;
      } else {
        low = middle;
      }
    }
    return best;
  }

  /** Turns layers and tensors over while that lowers the cost. */
  private Found improved(boolean[] start) {
    boolean[] cut = start.clone();
    double cost = cost(cut);
    boolean improves = true;
    while (improves) {
      improves = false;
      for (int[] flipped : flips()) {
        boolean[] other = flip(cut, flipped);
        double otherCost = cost(other);
        if (isLess(otherCost, cost) && holds(other)) {
          cut = other;
          cost = otherCost;
          improves = true;
        }
      }
    }
    return new Found(cut, cost);
  }

  /** Every layer, and all the readers of each tensor that has several. */
  private List<int[]> flips() {
    List<int[]> flips = new ArrayList<>();
    for (int[] readers : graph.readers()) {
      if (readers.length > 1) {
        flips.add(readers);
      }
      for (int layer : readers) {
        flips.add(new int[] {layer});
      }
    }
    return flips;
  }

  private static boolean[] flip(boolean[] cut, int[] layers) {
    boolean[] other = cut.clone();
    boolean value = !cut[layers[0]];
    for (int layer : layers) {
      other[layer] = value;
    }
    return other;
  }

  private static boolean isLess(double a, double b) {
    return b - a > SAME * Math.max(1, Math.abs(a) + Math.abs(b));
  }

  private BadInputException nothingHolds(boolean[] nearest) {
    return BadInputException.about("Cutting the model for " + purpose)
        .expected(
            "a cut of at most %s rounds that leaves at most %s bytes of weights on the device"
                .formatted(
                    limits.maxRounds().isPresent()
                        ? limits.maxRounds().getAsInt()
                        : "any number of",
                    limits.deviceMemory().isPresent()
                        ? limits.deviceMemory().getAsLong()
                        : "any number of"))
        .found(
            "at best %d rounds with %d bytes on the device"
                .formatted(graph.rounds(nearest), keptBytes(nearest)),
            "Allow more rounds or more memory.");
  }
}
