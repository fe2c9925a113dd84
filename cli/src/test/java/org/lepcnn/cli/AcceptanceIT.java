/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.lepcnn.check.CheckLine;
import org.lepcnn.check.CheckSummary;
import org.lepcnn.check.FloatModel;
import org.lepcnn.check.PrivateCheck;
import org.lepcnn.check.Tolerance;
import org.lepcnn.cli.AcceptanceData.Picture;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.kernel.KernelProvider;
import org.lepcnn.core.kernel.choice.Kernels;
import org.lepcnn.core.model.DeviceHalf.ValueSpec;
import org.lepcnn.core.model.ModelBundle;
import org.lepcnn.device.stage.HostTensor;
import org.lepcnn.gateway.input.ElementType;
import org.lepcnn.gateway.input.ModelInputs;
import org.lepcnn.gateway.input.TestDataSets;
import org.lepcnn.onnx.ImportOptions;
import org.lepcnn.onnx.ImportReport;
import org.lepcnn.onnx.ModelImporter;
import org.lepcnn.onnx.zoo.ZooModel;

/**
 * Real models on real data: {@code ./mvnw verify -Pacceptance}. Skipped where the test data are
 * absent. The tables go to {@code cli/target/acceptance.txt} and to the console. {@link
 * AcceptanceFilter} runs a part.
 */
@Tag("acceptance")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class AcceptanceIT {
  private static final List<String> OPERATOR_FOLDERS =
      List.of("onnx-node-const", "onnx-node", "onnx-pytorch-tests");

  private static final Map<String, Integer> TOPOLOGIES =
      Map.of(
          "light_bvlc_alexnet", 8, "light_squeezenet", 18, "light_vgg19", 19, "light_resnet50", 50);

  private static final Map<AcceptanceTask.Set, List<Picture>> PICTURES =
      new EnumMap<>(AcceptanceTask.Set.class);
  private static final Map<String, ModelBundle> BUNDLES = new HashMap<>();
  private static final AcceptanceTable TABLE = new AcceptanceTable();
  private static final KernelProvider KERNELS = Kernels.choose(null);

  private static Path root;

  @BeforeAll
  static void findData() {
    root = AcceptanceData.root();
    Assumptions.assumeTrue(
        Files.isDirectory(root), () -> "skipped: the test data " + root + " are not here");
  }

  @AfterAll
  static void writeTables() throws IOException {
    if (!TABLE.isEmpty()) {
      Files.writeString(Path.of("target", "acceptance.txt"), TABLE.text(), StandardCharsets.UTF_8);
      System.out.println(TABLE.text());
    }
  }

  @TestFactory
  @Order(1)
  Stream<DynamicTest> everyModel_isExactAndCloseToFloatOnItsDataSets() throws IOException {
    TABLE.title(
        "model",
        "precision",
        "rounds",
        "offloaded",
        "sets",
        "exact",
        "integrity",
        "outputs",
        "stored",
        "rel. error");
    List<DynamicTest> tests = new ArrayList<>();
    for (AcceptancePrecision precision : precisions()) {
      AcceptanceData.models(root, AcceptanceIT::isRealModel)
          .forEach(
              (name, folder) ->
                  tests.add(
                      DynamicTest.dynamicTest(
                          precision.name() + " " + name, () -> check(precision, name, folder))));
    }
    return tests.stream();
  }

  @TestFactory
  @Order(2)
  Stream<DynamicTest> accuracy_isThatOfFloat() {
    TABLE.title(
        "model", "precision", "pictures", "float %", "private %", "same %", "exact", "top 5");
    return precisions().stream()
        .flatMap(
            precision ->
                AcceptanceTask.ALL.stream()
                    .filter(task -> AcceptanceFilter.wants(task.model()))
                    .map(
                        task ->
                            DynamicTest.dynamicTest(
                                precision.name() + " " + task.model() + " " + task.set().title(),
                                () -> measure(precision, task))));
  }

  @TestFactory
  @Order(3)
  Stream<DynamicTest> edge_multipliesOnceOrTwice() throws IOException {
    AcceptanceCosts costs = new AcceptanceCosts(TABLE, KERNELS);
    return AcceptanceData.models(root, AcceptanceIT::isRealModel).entrySet().stream()
        .map(
            model ->
                DynamicTest.dynamicTest(
                    "edge of " + model.getKey(),
                    () -> {
                      Path file = model.getValue().resolve("model.onnx");
                      Map<String, ModelBundle> bundles = new LinkedHashMap<>();
                      precisions().forEach(each -> bundles.put(each.name(), bundle(each, file)));
                      costs.measure(model.getKey(), bundles);
                    }));
  }

  @Test
  @Order(4)
  void operators_passOrAreListedWithTheReason() throws IOException {
    List<String> wrong = new ArrayList<>();
    for (String folder : OPERATOR_FOLDERS) {
      AcceptanceOperators operators = new AcceptanceOperators(KERNELS);
      AcceptanceData.models(root.resolve(folder), name -> AcceptanceFilter.wants(folder))
          .forEach(operators::check);
      TABLE.title(folder, "models", "passed", "with an offloaded layer", "others", "wrong");
      TABLE.row(
          folder,
          operators.models(),
          operators.passed(),
          operators.offloaded().size(),
          operators.others().size(),
          operators.wrong().size());
      operators
          .others()
          .forEach(
              (name, reason) -> TABLE.line("  " + name + ": " + reason.replaceAll("\\s+", " ")));
      operators.wrong().forEach(line -> TABLE.line("  WRONG " + line));
      wrong.addAll(operators.wrong());
    }
    assertThat(wrong).isEmpty();
  }

  @Test
  @Order(5)
  void topologies_takeTheKnownRounds() {
    TABLE.title("topology", "rounds", "multiplications", "offloaded");
    TOPOLOGIES.forEach(
        (name, rounds) ->
            topology(name, rounds, root.resolve("onnx-light").resolve(name + ".onnx")));
  }

  @TestFactory
  @Order(5)
  Stream<DynamicTest> zoo_takesTheKnownRounds(@TempDir Path folder) {
    TABLE.title("zoo", "rounds", "multiplications", "offloaded");
    return Arrays.stream(ZooModel.values())
        .filter(model -> AcceptanceFilter.wants("zoo/" + model.modelName()))
        .map(
            model ->
                DynamicTest.dynamicTest(
                    "zoo " + model.modelName(),
                    () -> {
                      Path file = folder.resolve(model.modelName() + ".onnx");
                      model.write(file, 1);
                      topology("zoo/" + model.modelName(), zooRounds(model), file);
                      Files.delete(file);
                    }));
  }

  private static int zooRounds(ZooModel model) {
    return switch (model) {
      case ALEXNET -> 8;
      case VGG16 -> 16;
      case RESNET18, SQUEEZENET -> 18;
      case RESNET50 -> 50;
      case MOBILENETV2 -> 36;
    };
  }

  private static void topology(String name, int rounds, Path file) {
    if (!AcceptanceFilter.wants(name)) {
      return;
    }
    ModelBundle bundle = ModelImporter.importModel(file, ImportOptions.defaults());
    ImportReport report = ImportReport.of(bundle);
    TABLE.row(
        name,
        bundle.plan().rounds(),
        report.totalMacs(),
        AcceptanceTable.percent(report.offloadedShare()));
    assertThat(bundle.plan().rounds()).as(name).isEqualTo(rounds);
    // MobileNetV2's depthwise convolutions stay on the device
    assertThat(report.offloadedShare())
        .as(name)
        .isGreaterThanOrEqualTo(name.contains("mobilenet") ? 0.9 : 0.999);
  }

  @Test
  @Order(6)
  void modelsThatCannotBeRun_areRefused() throws IOException {
    TABLE.title("negative", "refusal");
    AcceptanceData.models(
            root.resolve("negative"), name -> AcceptanceFilter.wants("negative/" + name))
        .forEach(
            (name, folder) ->
                assertThatThrownBy(
                        () ->
                            ModelImporter.importModel(
                                folder.resolve("model.onnx"), ImportOptions.defaults()))
                    .isInstanceOf(BadInputException.class)
                    .satisfies(e -> TABLE.row(name, e.getMessage())));
  }

  private static List<AcceptancePrecision> precisions() {
    return AcceptancePrecision.ALL.stream().filter(AcceptanceFilter::wants).toList();
  }

  private static boolean isRealModel(String name) {
    return AcceptanceFilter.wants(name)
        && OPERATOR_FOLDERS.stream().noneMatch(name::startsWith)
        && !name.startsWith("negative")
        && !name.startsWith("data");
  }

  /** A model in a precision: imported once, whatever is measured on it. */
  private static ModelBundle bundle(AcceptancePrecision precision, Path file) {
    return BUNDLES.computeIfAbsent(
        precision.name() + " " + file, key -> precision.importer().importModel(file));
  }

  private static void check(AcceptancePrecision precision, String name, Path folder)
      throws IOException {
    Path file = folder.resolve("model.onnx");
    ModelBundle bundle = bundle(precision, file);
    List<CheckLine> lines = new ArrayList<>();
    try (PrivateCheck check = PrivateCheck.open(bundle, KERNELS);
        FloatModel floats = new FloatModel(file)) {
      for (TestDataSets.DataSet set : dataSets(folder, bundle)) {
        lines.add(
            CheckLine.compare(
                set.name(), check.run(set.inputs()), floats.run(set.inputs()), set.expected(), -1));
      }
    }
    double error = lines.stream().mapToDouble(CheckLine::relativeError).max().orElse(0);
    AcceptancePrecision.Bounds bounds = precision.bounds(name);
    CheckSummary summary = new CheckSummary(lines, Tolerance.ofTarget(bounds.relativeError()));
    TABLE.row(
        name,
        precision.name(),
        bundle.plan().rounds(),
        AcceptanceTable.percent(ImportReport.of(bundle).offloadedShare()),
        lines.size(),
        summary.allExact(),
        summary.allIntegrityOk(),
        outputs(bundle),
        stored(summary),
        String.format(Locale.ROOT, "%.4f", error)
            + (error > precision.relativeError() ? " (" + bounds.cause() + ")" : ""));
    assertThat(lines).isNotEmpty();
    assertThat(summary.allExact()).as("exact").isTrue();
    assertThat(summary.allIntegrityOk()).as("integrity").isTrue();
    assertThat(error).as("relative error").isLessThanOrEqualTo(bounds.relativeError());
    assertThat(summary.allAgree()).as("every output, with float and with stored ones").isTrue();
  }

  /** The element types of a model's outputs. */
  private static String outputs(ModelBundle bundle) {
    return bundle.device().outputs().stream()
        .map(output -> ElementType.name(output.onnxType()))
        .collect(Collectors.joining(" "));
  }

  /** How many stored outputs were compared, and agree. */
  private static String stored(CheckSummary summary) {
    List<Boolean> stored =
        summary.told().dataSets().stream()
            .flatMap(set -> set.outputs().stream())
            .map(CheckLine.ToldOutput::agreesWithStored)
            .filter(Objects::nonNull)
            .toList();
    return stored.stream().filter(agrees -> agrees).count() + " of " + stored.size();
  }

  /** The data sets of a model, or a photo where it has none. */
  private static List<TestDataSets.DataSet> dataSets(Path folder, ModelBundle bundle)
      throws IOException {
    List<TestDataSets.DataSet> sets =
        TestDataSets.read(folder, ModelInputs.of(bundle.device().inputs()), Integer.MAX_VALUE);
    if (!sets.isEmpty()) {
      return sets;
    }
    ValueSpec input = bundle.device().inputs().get(0);
    HostTensor photo = AcceptanceData.photo(root, input.shape());
    return List.of(new TestDataSets.DataSet("photo", Map.of(input.name(), photo), new TreeMap<>()));
  }

  /** Why a set may miss what the precision has to reach, where it does. */
  private static String cause(
      AcceptancePrecision precision,
      AcceptancePrecision.Bounds bounds,
      AcceptanceAccuracy accuracy) {
    double allowed = Math.max(precision.accuracyLoss(), 100.0 / accuracy.pictures()) + 1e-9;
    double loss = accuracy.floatPercent() - accuracy.privatePercent();
    return loss > allowed ? bounds.cause() : "";
  }

  private static void measure(AcceptancePrecision precision, AcceptanceTask task)
      throws IOException {
    if (!PICTURES.containsKey(task.set())) {
      PICTURES.put(task.set(), task.set().read(root));
    }
    Path file = root.resolve(task.model()).resolve("model.onnx");
    ModelBundle bundle = bundle(precision, file);
    AcceptanceAccuracy accuracy =
        AcceptanceAccuracy.measure(file, bundle, task, PICTURES.get(task.set()));
    AcceptancePrecision.Bounds bounds = precision.bounds(task.model());
    TABLE.row(
        task.model(),
        precision.name(),
        task.set().title(),
        AcceptanceTable.number(accuracy.floatPercent()),
        AcceptanceTable.number(accuracy.privatePercent()),
        AcceptanceTable.number(100 * accuracy.agreement()),
        accuracy.exact(),
        task.set() == AcceptanceTask.Set.IMAGENET
            ? accuracy.floatTopFive() + " float, " + accuracy.privateTopFive() + " private"
            : cause(precision, bounds, accuracy));
    double onePicture = 100.0 / accuracy.pictures();
    assertThat(accuracy.exact()).as("exact").isTrue();
    assertThat(accuracy.floatPercent())
        .as("the float network's own accuracy")
        .isCloseTo(task.floatCorrect(), within(Math.max(0.05, onePicture / 2)));
    assertThat(accuracy.floatPercent() - accuracy.privatePercent())
        .as("loss of accuracy")
        .isLessThanOrEqualTo(Math.max(bounds.accuracyLoss(), onePicture) + 1e-9);
    assertThat(accuracy.agreement())
        .as("same answers")
        .isGreaterThanOrEqualTo(Math.min(bounds.agreement(), 1 - 1.0 / accuracy.pictures()));
  }
}
