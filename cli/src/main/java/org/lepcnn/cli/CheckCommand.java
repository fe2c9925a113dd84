/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.lepcnn.cli.data.Inputs;
import org.lepcnn.cli.data.NpyFile;
import org.lepcnn.cli.data.TestDataSets;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.io.Json;
import org.lepcnn.core.kernel.Kernels;
import org.lepcnn.core.model.ModelBundle;
import org.lepcnn.device.session.CheckOutcome;
import org.lepcnn.device.session.HostTensor;
import org.lepcnn.device.session.PrivateCheck;
import org.lepcnn.onnx.ImportReport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code lepcnn check}. */
@Command(
    name = "check",
    description = {
      "Run the full private path in one process, and compare it with the plain integer network (bit for bit) and with float ONNX Runtime.",
      "Data comes from test_data_set_* folders beside the model or in --data, or from the rows of a NumPy file."
    })
final class CheckCommand implements Callable<Integer> {
  private static final int WRONG = 1;
  private static final int PROGRESS_ROWS = 500;

  @Mixin private Output output;
  @Mixin private ImportArguments arguments;

  @Parameters(paramLabel = "MODEL", description = "The ONNX file.")
  private Path model;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "Folder of test_data_set_* folders. Default: the model's folder.")
  private Path data;

  @Option(
      names = "--inputs",
      paramLabel = "F.npy",
      description = "Inputs, one a row, for a model with one float input.")
  private Path inputs;

  @Option(
      names = "--labels",
      paramLabel = "F.npy",
      description = "The right answers for the rows of --inputs.")
  private Path labels;

  @Option(
      names = "--kernel",
      paramLabel = "onednn|onnxruntime|scalar",
      description = "Default: the fastest that passes its self-test.")
  private String kernel;

  @Option(
      names = "--per-layer",
      description = "Also tell the error against float after every layer.")
  private boolean perLayer;

  private record Case(
      String name, Map<String, HostTensor> inputs, List<HostTensor> expected, long label) {}

  @Override
  public Integer call() {
    ImportArguments.Imported imported = arguments.importModel(model, output);
    ModelBundle bundle = imported.bundle();
    List<Case> cases = cases(bundle);
    List<CheckLine> lines = new ArrayList<>();
    LayerErrors layers =
        perLayer ? new LayerErrors(bundle, imported.prepared().layerReference()) : null;
    try (PrivateCheck check = PrivateCheck.open(bundle, Kernels.choose(kernel));
        FloatModel floats = new FloatModel(model);
        FloatModel floatLayers = perLayer ? layers.floatModel(model) : null) {
      for (Case one : cases) {
        CheckOutcome outcome =
            perLayer ? check.run(one.inputs(), layers.observer()) : check.run(one.inputs());
        if (perLayer) {
          layers.compare(floatLayers.run(one.inputs()));
        }
        Map<String, float[]> values = floats.run(one.inputs());
        lines.add(CheckLine.compare(one.name(), outcome, values, one.expected(), one.label()));
        if (lines.size() % PROGRESS_ROWS == 0) {
          output.progress(lines.size() + " of " + cases.size());
        }
      }
    }
    CheckSummary summary = new CheckSummary(lines);
    ImportReport report = ImportReport.of(bundle);
    Json.JsonObject json = json(report, summary);
    imported.addTo(json);
    if (perLayer) {
      json.put("perLayer", layers.json());
    }
    output.result(
        report.table()
            + imported.text()
            + (perLayer ? "\n" + layers.text() : "")
            + "\n"
            + summary.text(),
        json);
    return summary.allExact() && summary.allIntegrityOk() ? 0 : WRONG;
  }

  private Json.JsonObject json(ImportReport report, CheckSummary summary) {
    Json.JsonObject object = report.json();
    Json.JsonArray dataSets = Json.array();
    summary.lines().forEach(line -> dataSets.add(line.json()));
    object
        .put("dataSets", dataSets)
        .put("exact", summary.allExact())
        .put("integrityOk", summary.allIntegrityOk())
        .put("maxAbsError", summary.maxAbsError())
        .put("maxRelativeError", summary.maxRelativeError())
        .put("top1Agreement", summary.top1Agreement());
    if (labels != null) {
      object
          .put("top1Private", summary.accuracyPrivate())
          .put("top1Float", summary.accuracyFloat());
    }
    return object;
  }

  private List<Case> cases(ModelBundle bundle) {
    List<Case> cases = inputs == null ? testDataSets(bundle) : rows(bundle);
    if (cases.isEmpty()) {
      throw new BadInputException(
          "Checking "
              + model
              + ": expected test_data_set_* folders in "
              + dataFolder()
              + " or a file in --inputs; found none.");
    }
    return cases;
  }

  private List<Case> testDataSets(ModelBundle bundle) {
    if (labels != null) {
      throw new BadInputException("Checking " + model + ": --labels goes with --inputs.");
    }
    return TestDataSets.read(dataFolder(), bundle.device().inputs()).stream()
        .map(set -> new Case(set.name(), set.inputs(), set.expected(), -1))
        .toList();
  }

  private List<Case> rows(ModelBundle bundle) {
    List<Inputs.Input> rows = Inputs.read(inputs, bundle.device().inputs());
    long[] answers = labels == null ? null : NpyFile.read(labels).integers();
    if (answers != null && answers.length != rows.size()) {
      throw new BadInputException(
          String.format(
              Locale.ROOT,
              "Checking %s: expected as many labels as inputs, %d; found %d.",
              model,
              rows.size(),
              answers.length));
    }
    List<Case> cases = new ArrayList<>();
    for (int i = 0; i < rows.size(); i++) {
      cases.add(
          new Case(
              rows.get(i).name(),
              rows.get(i).values(),
              List.of(),
              answers == null ? -1 : answers[i]));
    }
    return cases;
  }

  private Path dataFolder() {
    return data != null ? data : model.toAbsolutePath().getParent();
  }
}
