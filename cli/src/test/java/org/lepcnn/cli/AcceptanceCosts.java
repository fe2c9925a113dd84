/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.lepcnn.core.kernel.KernelProvider;
import org.lepcnn.core.model.Fingerprint;
import org.lepcnn.core.model.ModelBundle;
import org.lepcnn.onnx.ImportReport;

/**
 * What a pass costs the edge in each precision of a model. Bundles take turns, so that all of them
 * have the same share of what else the machine does; the least time counts. Precisions that give
 * the same bundle share its figures.
 */
final class AcceptanceCosts {
  /** Multiplications that measuring a bundle may take, within the numbers of passes. */
  private static final long WORK = 10_000_000_000L;

  private static final long LEAST_PASSES = 5;
  private static final long MOST_PASSES = 500;

  private final AcceptanceTable table;
  private final KernelProvider kernels;

  AcceptanceCosts(AcceptanceTable table, KernelProvider kernels) {
    this.table = table;
    this.kernels = kernels;
    table.title("model", "precision", "done twice", "edge ms", "to the first");
  }

  /** Adds a row for each precision, by its name. */
  void measure(String model, Map<String, ModelBundle> bundles) {
    Map<Fingerprint, Long> nanos = nanos(bundles);
    long first = nanos.values().iterator().next();
    bundles.forEach(
        (precision, bundle) -> {
          ImportReport report = ImportReport.of(bundle);
          double twice = (double) report.finerMacs() / Math.max(1, report.offloadedMacs());
          long least = nanos.get(bundle.fingerprint());
          table.row(
              model,
              precision,
              AcceptanceTable.percent(twice),
              String.format(Locale.ROOT, "%.3f", least / 1e6),
              AcceptanceTable.number((double) least / first));
          assertThat(twice).as("share of multiplications that is done twice").isBetween(0.0, 1.0);
        });
  }

  private Map<Fingerprint, Long> nanos(Map<String, ModelBundle> bundles) {
    Map<Fingerprint, EdgePass> passes = new LinkedHashMap<>();
    Map<Fingerprint, Long> least = new LinkedHashMap<>();
    long multiplications = 1;
    try {
      for (ModelBundle bundle : bundles.values()) {
        passes.computeIfAbsent(bundle.fingerprint(), key -> new EdgePass(bundle, kernels));
        multiplications = Math.max(multiplications, ImportReport.of(bundle).offloadedMacs());
      }
      long count = Math.max(LEAST_PASSES, Math.min(MOST_PASSES, WORK / multiplications));
      for (long i = 0; i < count; i++) {
        passes.forEach((bundle, pass) -> least.merge(bundle, pass.run(), Math::min));
      }
    } finally {
      passes.values().forEach(EdgePass::close);
    }
    return least;
  }
}
