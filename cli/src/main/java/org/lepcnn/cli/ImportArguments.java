/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.lepcnn.cli.picture.PictureArguments;
import org.lepcnn.command.FieldOption;
import org.lepcnn.command.Output;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.model.DeviceHalf.ValueSpec;
import org.lepcnn.core.model.ModelBundle;
import org.lepcnn.core.text.Steps;
import org.lepcnn.gateway.input.ModelInputs;
import org.lepcnn.onnx.ImportOptions;
import org.lepcnn.onnx.ImportTrial;
import org.lepcnn.onnx.ModelImporter;
import org.lepcnn.onnx.TrialWork;
import org.lepcnn.onnx.plan.Precision;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options that say how a model is imported. */
final class ImportArguments {
  private static final double DEFAULT_TARGET = 0.01;

  /** What fast and high are to reach; docs/models.md has the exceptions. */
  private static final double FAST_TARGET = 0.03;

  private static final double HIGH_TARGET = 0.01;

  private static final int MOST_MINUTES = 1_000_000;

  @Option(
      names = "--input",
      paramLabel = "NAME=1x3x224x224|NAME=16000",
      description =
          "The shape of an input whose dimensions the model leaves open: sizes joined by x (one"
              + " dimension: NAME=16000x). Or a value that the input always has: a number, true,"
              + " false, or numbers joined by commas (one element: NAME=16000,); the bundle then"
              + " has no such input, and what the value decides is decided at import. Repeat it"
              + " for several inputs.")
  private List<String> inputs = List.of();

  @Option(
      names = "--batch",
      paramLabel = "N",
      defaultValue = "1",
      description =
          "Inputs that a pass takes: the model's first dimension, open or 1, becomes N, and every"
              + " input has its own activation scales. The import proves with ONNX Runtime that"
              + " each input gets the answer that it gets alone, or refuses. Default: 1.")
  private int batch;

  @Mixin private CutArguments cut;

  @Mixin private PictureArguments pictures;

  @Option(
      names = "--precision",
      paramLabel = "fast|high|auto",
      defaultValue = "auto",
      description =
          "fast: 8-bit weights, and up to 12 bits in layers of 16.8 million multiplications"
              + " together; high: up to 12 bits everywhere, which makes errors some ten times"
              + " smaller and doubles the edge's work, with the same traffic; auto: as fast, and 12"
              + " bits in further layers until the error meets --target. Default: auto.")
  private String precision;

  @Mixin private FieldOption field;

  @Option(
      names = "--samples",
      paramLabel = "DIR",
      description =
          "For --precision auto: what to measure on, a folder of test_data_set_* folders or .npy"
              + " files, or one .npy file. Default: the data sets beside the model, or random"
              + " numbers.")
  private Path samples;

  @Option(
      names = "--target",
      paramLabel = "E",
      description =
          "For --precision auto: the largest difference to float, as a share of the largest"
              + " magnitude of the outputs. Default: 0.01.")
  private Double target;

  @Option(
      names = "--trusted",
      description =
          "Import the model in this process and not in one of its own. Faster, but a model made to"
              + " crash ONNX Runtime crashes this process.")
  private boolean trusted;

  @Option(
      names = "--time-limit",
      paramLabel = "MINUTES",
      description =
          "The longest time that an import may take, what --precision auto measures included; not"
              + " with --trusted. Default: 30.")
  private Double timeLimitMinutes;

  /**
   * An imported model.
   *
   * @param target the largest relative error that the precision is to reach
   */
  record Imported(ModelBundle bundle, Told told, double target) {}

  ImportOptions toOptions() {
    ImportOptions options =
        ImportOptions.defaults()
            .withOffload(cut.policy())
            .withPrecision(Precision.FAST.inField(field.field()))
            .withBatch(batch);
    for (String input : inputs) {
      options = options.withInput(input);
    }
    return options;
  }

  /**
   * The inputs of a model as its data sets have them.
   *
   * @param fed those of the imported model
   */
  static ModelInputs modelInputs(Path model, List<ValueSpec> fed, ImportOptions options) {
    return ModelInputs.of(
        fed, ModelImporter.inputNames(model), ModelImporter.boundInputs(model, options));
  }

  private Duration timeLimit() {
    if (timeLimitMinutes == null) {
      return ImportTrial.TIME_LIMIT;
    }
    if (trusted) {
      throw BadInputException.about("Reading the option --time-limit")
          .expected("an import in a process of its own, which can be ended")
          .found("--trusted");
    }
    if (!(timeLimitMinutes > 0 && timeLimitMinutes <= MOST_MINUTES)) {
      throw BadInputException.about("Reading the option --time-limit")
          .expected("minutes above 0, at most " + MOST_MINUTES)
          .found(timeLimitMinutes);
    }
    return Duration.ofMillis(Math.max(1, Math.round(timeLimitMinutes * 60_000)));
  }

  /** Imports the model with the precision that was asked for. */
  Imported importModel(Path model, Output output) {
    return importModel(model, null, output);
  }

  /**
   * As {@link #importModel(Path, Output)}.
   *
   * @param labels the file with the names of classes; null where nobody named one
   */
  Imported importModel(Path model, Path labels, Output output) {
    PictureArguments.Said said = pictures.read(labels);
    Imported imported = importTensors(model, output);
    return new Imported(
        PictureArguments.apply(said, model, imported.bundle()), imported.told(), imported.target());
  }

  private Imported importTensors(Path model, Output output) {
    String name = precision.toLowerCase(Locale.ROOT);
    if (!name.equals("auto") && (samples != null || target != null)) {
      throw BadInputException.about(
              "Reading the options: --samples and --target go with --precision auto")
          .found(precision);
    }
    try (Steps steps = new Steps(output::progress)) {
      return switch (name) {
        case "fast" -> imported(model, Precision.FAST, FAST_TARGET, steps);
        case "high" -> imported(model, Precision.HIGH, HIGH_TARGET, steps);
        case "auto" -> search(model, steps);
        default ->
            throw BadInputException.about("Reading the option --precision")
                .expected("fast, high or auto")
                .found(precision);
      };
    }
  }

  private Imported imported(Path model, Precision wanted, double reached, Steps steps) {
    ImportOptions options = toOptions().withPrecision(wanted.inField(field.field()));
    return imported(model, options, ImportWork.asOptionsSay(cut.profile()), reached, steps);
  }

  private Imported search(Path model, Steps steps) {
    double wanted = target == null ? DEFAULT_TARGET : target;
    if (!(wanted > 0)) {
      throw BadInputException.about("Reading the option --target")
          .expected("a number above 0")
          .found(wanted);
    }
    return imported(
        model, toOptions(), ImportWork.auto(cut.profile(), wanted, samples), wanted, steps);
  }

  private Imported imported(
      Path model, ImportOptions options, List<String> work, double reached, Steps steps) {
    Duration limit = timeLimit();
    TrialWork.Done done =
        trusted
            ? new ImportWork().run(model, options, work, steps)
            : ImportTrial.run(model, options, ImportWork.class, work, limit, steps);
    return new Imported(done.bundle(), Told.of(done.told()), reached);
  }
}
