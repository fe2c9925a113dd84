/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx.cut;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.field.ResidueField;
import org.lepcnn.core.linear.ConvGeometry;

class CutSolverTest {
  private static final int NETWORKS = 300;
  private static final int LAYERS = 10;

  @ParameterizedTest
  @EnumSource
  void inAChain_noCutOfAllIsCheaper(Objective objective) {
    for (int seed = 0; seed < NETWORKS; seed++) {
      RandomCuts random = new RandomCuts(seed);
      CutGraph graph = random.chain(LAYERS);
      CutSolver solver = new CutSolver(graph, random.profile(), objective, CutLimits.NONE);

      assertThat(solver.cost(solver.solve()))
          .as("network %d", seed)
          .isCloseTo(cheapest(graph, solver), within(1e-6));
    }
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "LATENCY")
  void whereRoundsAreFree_noCutOfAllIsCheaper_inAnyGraph(Objective objective) {
    for (int seed = 0; seed < NETWORKS; seed++) {
      RandomCuts random = new RandomCuts(seed);
      CutGraph graph = random.any(LAYERS);
      CutSolver solver = new CutSolver(graph, random.profile(), objective, CutLimits.NONE);

      assertThat(solver.cost(solver.solve()))
          .as("network %d", seed)
          .isCloseTo(cheapest(graph, solver), within(1e-6));
    }
  }

  /** Where levels are no cuts the descent may stop early; it does so seldom, and never far off. */
  @Test
  void forLatencyInAnyGraph_theCutIsNearlyAlwaysTheCheapest() {
    int exact = 0;
    for (int seed = 0; seed < NETWORKS; seed++) {
      RandomCuts random = new RandomCuts(seed);
      CutGraph graph = random.any(LAYERS);
      CutSolver solver = new CutSolver(graph, random.profile(), Objective.LATENCY, CutLimits.NONE);
      exact += solver.cost(solver.solve()) <= cheapest(graph, solver) + 1e-6 ? 1 : 0;
    }
    assertThat(exact).isGreaterThanOrEqualTo(NETWORKS * 95 / 100);
  }

  @ParameterizedTest
  @EnumSource
  void withLimits_theCutKeepsToThem_andEverythingIsNoCheaper(Objective objective) {
    int exact = 0;
    int solved = 0;
    for (int seed = 0; seed < NETWORKS; seed++) {
      RandomCuts random = new RandomCuts(seed);
      CutGraph graph = random.chain(LAYERS);
      CutLimits limits =
          new CutLimits(
              seed % 3 == 0 ? OptionalInt.of(random.nextInt(0, 4)) : OptionalInt.empty(),
              seed % 3 == 1 ? OptionalLong.empty() : OptionalLong.of(random.nextInt(0, 60_000)));
      CutSolver solver = new CutSolver(graph, random.profile(), objective, limits);
      double cheapest = cheapest(graph, solver);
      if (cheapest == Double.POSITIVE_INFINITY) {
        assertThatThrownBy(solver::solve).isInstanceOf(BadInputException.class);
        continue;
      }
      boolean[] cut = solver.solve();
      solved++;
      assertThat(solver.holds(cut)).as("network %d", seed).isTrue();
      if (solver.holds(graph.all())) {
        assertThat(solver.cost(cut)).isLessThanOrEqualTo(solver.cost(graph.all()) + 1e-6);
      }
      exact += solver.cost(cut) <= cheapest + 1e-6 ? 1 : 0;
    }
    assertThat(exact).isGreaterThanOrEqualTo(solved * 9 / 10);
  }

  @ParameterizedTest
  @EnumSource
  void neverWorseThanEverythingOrNothing(Objective objective) {
    for (int seed = 0; seed < NETWORKS; seed++) {
      RandomCuts random = new RandomCuts(seed);
      CutGraph graph = random.any(40);
      CutSolver solver = new CutSolver(graph, random.profile(), objective, CutLimits.NONE);

      double cost = solver.cost(solver.solve());

      assertThat(cost).isLessThanOrEqualTo(1e-6);
      assertThat(cost).isLessThanOrEqualTo(solver.cost(graph.all()) + 1e-6);
    }
  }

  @ParameterizedTest
  @EnumSource
  void theSameModelAndProfile_giveTheSameCut(Objective objective) {
    CutGraph graph = new RandomCuts(5).any(40);
    DeviceProfile profile = new RandomCuts(6).profile();

    assertThat(graph.cheapest(profile, objective, CutLimits.NONE))
        .isEqualTo(graph.cheapest(profile, objective, CutLimits.NONE));
  }

  @ParameterizedTest
  @EnumSource
  void whatCostsTheSame_goesToTheEdge(Objective objective) {
    DeviceProfile.Elements free = new DeviceProfile.Elements(0, 0, 0, 0, 0);
    LayerSpeeds instant = new LayerSpeeds(0, 0, 0, 0);
    DeviceProfile profile =
        new DeviceProfile(
            "free",
            "drawn",
            free,
            instant,
            instant,
            new DeviceProfile.Transport(0, 0, 0),
            new DeviceProfile.Energy(0, 0));
    CutGraph graph = new RandomCuts(7).any(LAYERS);

    boolean[] cut = graph.cheapest(profile, objective, CutLimits.NONE);

    assertThat(cut).isEqualTo(objective == Objective.TRAFFIC ? graph.none() : graph.all());
  }

  @Test
  void limitsThatNoCutKeepsTo_areRefusedWithWhatThereIs() {
    CutLayer only =
        new CutLayer(
            "fc", "Gemm", ConvGeometry.fullyConnected(1, 10, 10), "x", ResidueField.P31, Set.of());
    CutLimits limits = new CutLimits(OptionalInt.of(0), OptionalLong.of(399));

    assertThatThrownBy(
            () ->
                new CutGraph(List.of(only))
                    .cheapest(new RandomCuts(1).profile(), Objective.LATENCY, limits))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("at most 0 rounds")
        .hasMessageContaining("at most 399 bytes")
        .hasMessageContaining("at best 0 rounds with 400 bytes on the device");
  }

  private static double cheapest(CutGraph graph, CutSolver solver) {
    int layers = graph.layers().size();
    double cheapest = Double.POSITIVE_INFINITY;
    for (int bits = 0; bits < 1 << layers; bits++) {
      boolean[] cut = new boolean[layers];
      for (int i = 0; i < layers; i++) {
        cut[i] = (bits >> i & 1) != 0;
      }
      if (solver.holds(cut)) {
        cheapest = Math.min(cheapest, solver.cost(cut));
      }
    }
    return cheapest;
  }

  @ParameterizedTest
  @EnumSource(ResidueField.class)
  void traffic_hasTheBytesOfTheField(ResidueField field) {
    CutGraph graph =
        new CutGraph(
            List.of(
                new CutLayer(
                    "fc",
                    "Gemm",
                    ConvGeometry.fullyConnected(1, 10, 6),
                    "x",
                    ResidueField.P31,
                    Set.of())));
    CutReport report =
        CutReports.of(
            graph.in(Map.of("x", field)),
            new RandomCuts(1).profile(),
            Objective.TRAFFIC,
            Objective.TRAFFIC.word(),
            new boolean[] {true},
            0);

    assertThat(report.thisCut().bytes()).isEqualTo(16.0 * field.wireBytes());
    assertThat(report.layers().get(0).itsTensor()).isPositive();
  }
}
