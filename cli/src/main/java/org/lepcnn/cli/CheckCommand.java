/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.concurrent.Callable;
import org.lepcnn.check.CheckRun;
import org.lepcnn.check.CheckSummary;
import org.lepcnn.check.FloatModel;
import org.lepcnn.check.LayerErrors;
import org.lepcnn.check.PrivateCheck;
import org.lepcnn.check.Tolerance;
import org.lepcnn.command.KernelOption;
import org.lepcnn.command.Output;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.kernel.choice.Kernels;
import org.lepcnn.core.model.ModelBundle;
import org.lepcnn.core.text.Steps;
import org.lepcnn.device.stage.HostTensor;
import org.lepcnn.gateway.input.Inputs;
import org.lepcnn.gateway.input.MadeUpInputs;
import org.lepcnn.gateway.input.NpyFile;
import org.lepcnn.gateway.input.TestDataSets;
import org.lepcnn.json.Result;
import org.lepcnn.onnx.ImportReport;
import org.lepcnn.onnx.ModelImporter;
import org.lepcnn.onnx.plan.LayerReference;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code lepcnn check}. */
@Command(
    name = "check",
    description = {
      "Run the full private path in one process, and compare it with the plain integer network (bit"
          + " for bit) and with float ONNX Runtime.",
      "Inputs come from test_data_set_* folders beside the model or in --data, or from the rows of"
          + " a NumPy file, or pictures. Without any, the command makes some up.",
      "Exit status 0 when every output agrees with float and with stored outputs; 1 when one does"
          + " not; 2 when an input could not be checked, after all the others were."
    })
final class CheckCommand implements Callable<Integer> {
  private static final int WRONG = 1;

  /** Inputs that are made up where none are given. */
  private static final int MADE_UP = 4;

  private static final String MADE_UP_TEXT =
      "There is no data beside the model, so these inputs are made up: random numbers show that the"
          + " private path works, and little of how close real answers are. Give --data or"
          + " --inputs.\n";

  private static final SortedMap<Integer, HostTensor> NOTHING = Collections.emptySortedMap();

  @Mixin private Output output;
  @Mixin private KernelOption kernel;
  @Mixin private ImportArguments arguments;

  @Parameters(paramLabel = "MODEL", description = "The ONNX file.")
  private Path model;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "A folder of test_data_set_* folders. Default: the model's folder.")
  private Path data;

  @Option(
      names = "--inputs",
      paramLabel = "F.npy|PICTURE|DIR",
      description =
          "Inputs for a model with one input: one in each row, a picture, or a folder of pictures,"
              + " in the order of their names. Pictures are prepared as --preprocess says, for the"
              + " private path and for float alike.")
  private Path inputs;

  @Option(
      names = "--labels",
      paramLabel = "F.npy",
      description = "The right answers for the rows of --inputs.")
  private Path labels;

  @Option(
      names = "--per-layer",
      description = "Also print the error against float after every layer.")
  private boolean perLayer;

  @Option(
      names = "--tolerance",
      paramLabel = "E",
      description =
          "The largest difference to float that counts as agreement, as a share of the output's"
              + " largest magnitude; for whole numbers, truth values and texts, the largest share"
              + " that may differ. Default: 0.03 with fast, 0.01 with high, the target with auto;"
              + " whole numbers, truth values and texts must be the same.")
  private Double tolerance;

  /** Inputs to check with, and whether they were made up. */
  private record Cases(List<CheckRun.Input> all, boolean madeUp) {}

  @Override
  public Integer call() {
    if (tolerance != null && !(tolerance >= 0)) {
      throw BadInputException.about("Reading the option --tolerance")
          .expected("a number of at least 0")
          .found(tolerance);
    }
    ImportArguments.Imported imported = arguments.importModel(model, output);
    ModelBundle bundle = imported.bundle();
    Cases cases = cases(bundle);
    LayerErrors layers = perLayer ? new LayerErrors(bundle, layerReference()) : null;
    CheckRun run = run(bundle, cases.all(), layers);
    CheckSummary summary =
        new CheckSummary(
            run.lines(),
            tolerance == null
                ? Tolerance.ofTarget(imported.target())
                : Tolerance.ofBoth(tolerance));
    run.failures().forEach(failure -> output.progress(told(failure)));
    tell(imported, summary, run.failures(), layers, cases.madeUp());
    return run.failures().isEmpty()
        ? summary.allAgree() ? 0 : WRONG
        : run.failures().get(0).reason().exitStatus();
  }

  private static String told(CheckRun.Failure failure) {
    return "lepcnn: " + failure.input().name() + ": " + failure.reason().getMessage();
  }

  private LayerReference layerReference() {
    return ModelImporter.prepare(model, arguments.toOptions()).layerReference();
  }

  private CheckRun run(ModelBundle bundle, List<CheckRun.Input> inputs, LayerErrors layers) {
    try (Steps steps = new Steps(output::progress)) {
      steps.accept("loading the kernels and the model");
      try (PrivateCheck check = PrivateCheck.open(bundle, Kernels.choose(kernel.name()));
          FloatModel floats =
              new FloatModel(model, ModelImporter.original(model, arguments.toOptions()));
          FloatModel floatLayers = perLayer ? layers.floatModel(model) : null) {
        CheckRun run = new CheckRun(bundle, check, floats, layers, floatLayers);
        int batch = bundle.device().batch();
        for (int from = 0; from < inputs.size(); from += batch) {
          steps.accept("running input " + (from + 1) + " of " + inputs.size());
          run.run(inputs.subList(from, Math.min(inputs.size(), from + batch)));
        }
        return run;
      }
    }
  }

  private void tell(
      ImportArguments.Imported imported,
      CheckSummary summary,
      List<CheckRun.Failure> failures,
      LayerErrors layers,
      boolean madeUp) {
    output.result(
        new Checked(
            ImportReport.of(imported.bundle()),
            summary.told(),
            summary.text() + failed(failures.size()),
            failures.stream()
                .map(each -> InferCommand.Failure.of(each.input().name(), each.reason()))
                .toList(),
            madeUp,
            labels == null ? null : summary.accuracyPrivate(),
            labels == null ? null : summary.accuracyFloat(),
            imported.told(),
            perLayer ? layers.lines() : null));
  }

  /** A sentence on inputs that could not be compared; empty where all were. */
  private static String failed(int inputs) {
    return inputs == 0
        ? ""
        : " " + inputs + (inputs == 1 ? " more input" : " more inputs") + " could NOT be checked.";
  }

  private record Checked(
      @JsonUnwrapped ImportReport report,
      @JsonUnwrapped CheckSummary.Told summary,
      @JsonIgnore String summaryText,
      List<InferCommand.Failure> failures,
      boolean madeUpInputs,
      Double top1Private,
      Double top1Float,
      @JsonUnwrapped Told imported,
      List<LayerErrors.Line> perLayer)
      implements Result {
    @Override
    public String text() {
      return report.table()
          + imported.text()
          + (perLayer == null ? "" : "\n" + LayerErrors.text(perLayer))
          + "\n"
          + (madeUpInputs ? MADE_UP_TEXT : "")
          + summaryText
          + report.lastWord();
    }
  }

  private Cases cases(ModelBundle bundle) {
    List<CheckRun.Input> cases = inputs == null ? testDataSets(bundle) : rows(bundle);
    if (!cases.isEmpty()) {
      return new Cases(cases, false);
    }
    if (data != null || inputs != null) {
      throw BadInputException.about("Checking " + model)
          .expected("test_data_set_* folders in " + dataFolder() + " or a file in --inputs")
          .found("none");
    }
    return new Cases(
        MadeUpInputs.make(bundle.device().rowInputs(), MADE_UP, ModelImporter.byteInputs(model))
            .stream()
            .map(values -> new CheckRun.Input("made up", values, NOTHING, -1))
            .toList(),
        true);
  }

  private List<CheckRun.Input> testDataSets(ModelBundle bundle) {
    if (labels != null) {
      throw BadInputException.about("Checking " + model)
          .expected("--labels with --inputs only")
          .found("no --inputs");
    }
    return TestDataSets.read(
            dataFolder(),
            ImportArguments.modelInputs(model, bundle.device().rowInputs(), arguments.toOptions()),
            Integer.MAX_VALUE)
        .stream()
        .map(set -> new CheckRun.Input(set.name(), set.inputs(), set.expected(), -1))
        .toList();
  }

  private List<CheckRun.Input> rows(ModelBundle bundle) {
    List<Inputs.Input> rows = Inputs.readAll(inputs, bundle.device());
    long[] answers = labels == null ? null : NpyFile.read(labels).integers();
    if (answers != null && answers.length != rows.size()) {
      throw BadInputException.about("Checking " + model)
          .expected("as many labels as inputs, " + rows.size())
          .found(answers.length);
    }
    List<CheckRun.Input> cases = new ArrayList<>();
    for (int i = 0; i < rows.size(); i++) {
      cases.add(
          new CheckRun.Input(
              rows.get(i).name(),
              rows.get(i).values(),
              NOTHING,
              answers == null ? -1 : answers[i]));
    }
    return cases;
  }

  private Path dataFolder() {
    return data != null ? data : model.toAbsolutePath().getParent();
  }
}
