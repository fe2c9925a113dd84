/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx.zoo;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnx.proto.OnnxMl.NodeProto;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lepcnn.core.field.ResidueField;
import org.lepcnn.core.model.ModelBundle;
import org.lepcnn.onnx.ImportOptions;
import org.lepcnn.onnx.ImportReport;
import org.lepcnn.onnx.ModelImporter;
import org.lepcnn.onnx.PreparedImport;
import org.lepcnn.onnx.cut.BuiltInProfiles;
import org.lepcnn.onnx.cut.CutGraph;
import org.lepcnn.onnx.cut.CutLayer;
import org.lepcnn.onnx.cut.CutLimits;
import org.lepcnn.onnx.cut.CutReport;
import org.lepcnn.onnx.cut.CutReports;
import org.lepcnn.onnx.cut.DeviceProfile;
import org.lepcnn.onnx.cut.Objective;
import org.lepcnn.onnx.cut.ProfileFile;
import org.lepcnn.onnx.plan.OffloadPolicy;
import org.lepcnn.onnx.plan.Precision;

class ZooCutTest {
  /** Rounds and the share of the multiplications: for latency, for device-cpu, for energy. */
  private static final String CUTS =
      """
      x86-avx512 alexnet: 2 7.63% 3 8.21% 3 8.21%
      x86-avx512 vgg16: 2 0.77% 8 33.68% 8 33.68%
      x86-avx512 resnet18: 0 0.00% 4 19.15% 4 19.15%
      x86-avx512 resnet50: 0 0.00% 3 5.70% 3 5.70%
      x86-avx512 squeezenet: 0 0.00% 0 0.00% 0 0.00%
      x86-avx512 mobilenetv2: 0 0.00% 1 0.43% 1 0.43%
      cortex-a76 alexnet: 6 89.59% 7 90.16% 7 90.16%
      cortex-a76 vgg16: 10 63.54% 13 81.50% 12 69.55%
      cortex-a76 resnet18: 6 38.24% 11 60.57% 8 41.45%
      cortex-a76 resnet50: 7 19.79% 12 31.15% 9 22.67%
      cortex-a76 squeezenet: 0 0.00% 0 0.00% 0 0.00%
      cortex-a76 mobilenetv2: 0 0.00% 1 0.43% 1 0.43%
      cortex-a72 alexnet: 6 89.59% 7 90.16% 7 90.16%
      cortex-a72 vgg16: 10 63.54% 11 63.57% 11 63.57%
      cortex-a72 resnet18: 6 38.24% 7 38.26% 7 38.26%
      cortex-a72 resnet50: 7 19.79% 9 22.67% 9 22.67%
      cortex-a72 squeezenet: 0 0.00% 0 0.00% 0 0.00%
      cortex-a72 mobilenetv2: 0 0.00% 1 0.43% 1 0.43%
      cortex-a53 alexnet: 2 7.63% 7 90.16% 4 29.14%
      cortex-a53 vgg16: 7 33.65% 11 63.57% 9 39.66%
      cortex-a53 resnet18: 3 19.12% 7 38.26% 4 19.15%
      cortex-a53 resnet50: 2 5.65% 9 22.67% 3 5.70%
      cortex-a53 squeezenet: 0 0.00% 0 0.00% 0 0.00%
      cortex-a53 mobilenetv2: 0 0.00% 1 0.43% 1 0.43%
      """;

  @TempDir Path folder;

  @Test
  void forTheBuiltInProfiles_theCutsAreThese() {
    StringBuilder cuts = new StringBuilder();
    for (String name : BuiltInProfiles.names()) {
      for (ZooModel model : ZooModel.values()) {
        cuts.append(name + ' ' + model.modelName() + ':');
        CutGraph graph = graph(model);
        for (Objective objective : Objective.values()) {
          if (objective != Objective.TRAFFIC) {
            CutReport.Total cut = report(graph, name, objective).thisCut();
            cuts.append(
                String.format(Locale.ROOT, " %d %.2f%%", cut.rounds(), 100 * cut.offloadedShare()));
          }
        }
        cuts.append('\n');
      }
    }
    assertThat(cuts).hasToString(CUTS);
  }

  /** The comparison of docs/cut.md. */
  @Test
  void everythingAtTheEdge_isSeldomWorthItsTime() {
    for (ZooModel model : ZooModel.values()) {
      CutReport report = report(graph(model), "x86-avx512", Objective.LATENCY);

      assertThat(report.everythingAtTheEdge().latencyMillis())
          .isGreaterThan(report.allOnTheDevice().latencyMillis());
      assertThat(report.thisCut().latencyMillis())
          .isLessThanOrEqualTo(report.allOnTheDevice().latencyMillis());
    }
  }

  @Test
  @Tag("slow")
  void anImport_cutsAsItsTopologyIs() {
    Path file = folder.resolve("resnet18.onnx");
    ZooModel.RESNET18.write(file, 1);
    OffloadPolicy policy =
        new OffloadPolicy.Optimise(
            Objective.LATENCY, ProfileFile.named("cortex-a72"), CutLimits.NONE);

    PreparedImport prepared =
        ModelImporter.prepare(file, ImportOptions.defaults().withOffload(policy));
    ModelBundle bundle = prepared.bundle(Precision.EIGHT_BITS);
    CutReport.Total cut = prepared.costs(policy, ProfileFile.named("cortex-a72"), bundle).thisCut();

    assertThat(cut)
        .isEqualTo(report(graph(ZooModel.RESNET18), "cortex-a72", Objective.LATENCY).thisCut());
    ImportReport report = ImportReport.of(bundle);
    assertThat(report.rounds()).isEqualTo(cut.rounds());
    assertThat(report.offloadedShare()).isEqualTo(cut.offloadedShare());
    assertThat((double) report.bytesUp() + report.bytesDown()).isEqualTo(cut.bytes());
  }

  private static CutReport report(CutGraph graph, String profile, Objective objective) {
    DeviceProfile device = ProfileFile.named(profile);
    boolean[] cut = graph.cheapest(device, objective, CutLimits.NONE);
    return CutReports.of(graph, device, objective, objective.word(), cut, 0);
  }

  /** As the importer sees it. */
  private static CutGraph graph(ZooModel model) {
    List<CutLayer> layers = new ArrayList<>();
    Map<String, Set<Integer>> reaching = new HashMap<>();
    for (NodeProto node : model.topology().getNodeList()) {
      Set<Integer> before = new HashSet<>();
      node.getInputList().forEach(value -> before.addAll(reaching.getOrDefault(value, Set.of())));
      boolean linear = node.getOpType().equals("Conv") || node.getOpType().equals("Gemm");
      if (linear) {
        layers.add(
            new CutLayer(
                node.getName(),
                node.getOpType(),
                model.layers().get(layers.size()),
                node.getInput(0),
                ResidueField.P31,
                before));
      }
      reaching.put(node.getOutput(0), linear ? Set.of(layers.size() - 1) : before);
    }
    return new CutGraph(layers);
  }
}
