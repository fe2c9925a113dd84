/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.lepcnn.check.FloatModel;
import org.lepcnn.check.Top1;
import org.lepcnn.cli.AcceptanceData.Picture;
import org.lepcnn.core.kernel.KernelProvider;
import org.lepcnn.core.kernel.choice.Kernels;
import org.lepcnn.core.model.DeviceHalf.ValueSpec;
import org.lepcnn.core.model.ModelBundle;
import org.lepcnn.device.reference.KernelNetwork;
import org.lepcnn.device.stage.HostTensor;
import org.lepcnn.onnx.ImportOptions;
import org.lepcnn.onnx.ModelImporter;
import org.lepcnn.onnx.plan.Precision;

/**
 * Answers on changed CIFAR-10 pictures ({@link PictureVariant}), on which nothing was chosen: part
 * of {@code ./mvnw verify -Pacceptance}. The network is the integer one without masks, to which
 * {@link AcceptanceIT} finds the private one equal. The table goes to {@code
 * cli/target/acceptance-variants.txt} and to the console.
 */
@Tag("acceptance")
class AcceptanceVariantsIT {
  private static final AcceptanceTable TABLE = new AcceptanceTable();
  private static final KernelProvider KERNELS = Kernels.choose(null);

  private static Path root;

  /** Counts of one precision on one model; the bounds are null where there are none to meet. */
  private static final class Tally {
    private final String name;
    private final AcceptancePrecision bounds;
    private final KernelNetwork network;
    private int right;
    private int changed;

    Tally(String name, AcceptancePrecision bounds, KernelNetwork network) {
      this.name = name;
      this.bounds = bounds;
      this.network = network;
    }

    void add(Map<String, HostTensor> inputs, String output, int floatAnswer, int label) {
      float[] scores = network.run(inputs, (layer, in, out) -> {}).get(output).floats();
      int answer = Top1.of(scores);
      right += answer == label ? 1 : 0;
      changed += answer == floatAnswer ? 0 : 1;
    }
  }

  @BeforeAll
  static void findData() {
    root = AcceptanceData.root();
    Assumptions.assumeTrue(
        Files.isDirectory(root), () -> "skipped: the test data " + root + " are not here");
  }

  @AfterAll
  static void writeTable() throws IOException {
    if (!TABLE.isEmpty()) {
      Files.writeString(
          Path.of("target", "acceptance-variants.txt"), TABLE.text(), StandardCharsets.UTF_8);
      System.out.println(TABLE.text());
    }
  }

  @TestFactory
  Stream<DynamicTest> changedPictures_areAnsweredAsInFloat() throws IOException {
    List<Picture> pictures = new ArrayList<>(AcceptanceTask.Set.CIFAR_JPEG.read(root));
    pictures.addAll(AcceptanceTask.Set.CIFAR_EXACT.read(root));
    TABLE.title("model", "weights", "pictures", "float right", "right", "other answer");
    return AcceptanceTask.ALL.stream()
        .filter(task -> task.set() == AcceptanceTask.Set.CIFAR_JPEG)
        .filter(task -> AcceptanceFilter.wants(task.model()))
        .map(task -> DynamicTest.dynamicTest(task.model(), () -> measure(task, pictures)));
  }

  private static void measure(AcceptanceTask task, List<Picture> pictures) {
    Path file = root.resolve(task.model()).resolve("model.onnx");
    ModelBundle coarse =
        ModelImporter.importModel(
            file, ImportOptions.defaults().withPrecision(Precision.EIGHT_BITS));
    List<Tally> tallies = new ArrayList<>();
    tallies.add(new Tally("8 bits", null, new KernelNetwork(coarse, KERNELS)));
    for (AcceptancePrecision each : AcceptancePrecision.ALL) {
      if (AcceptanceFilter.wants(each)) {
        ModelBundle bundle = each.importer().importModel(file);
        tallies.add(new Tally(each.name(), each, new KernelNetwork(bundle, KERNELS)));
      }
    }
    int floatRight;
    try (FloatModel floats = new FloatModel(file)) {
      floatRight = count(task, coarse, floats, tallies, pictures);
    } finally {
      tallies.forEach(tally -> tally.network.close());
    }
    int count = PictureVariant.values().length * pictures.size();
    tallies.forEach(
        tally ->
            TABLE.row(task.model(), tally.name, count, floatRight, tally.right, tally.changed));
    tallies.stream()
        .filter(tally -> tally.bounds != null)
        .forEach(tally -> assertClose(task, tally, count, floatRight));
  }

  /** Runs all variants through float and every precision; the right answers of float. */
  private static int count(
      AcceptanceTask task,
      ModelBundle bundle,
      FloatModel floats,
      List<Tally> tallies,
      List<Picture> pictures) {
    ValueSpec input = bundle.device().inputs().get(0);
    String output = bundle.device().outputs().get(0).name();
    int right = 0;
    for (PictureVariant variant : PictureVariant.values()) {
      for (Picture picture : pictures) {
        float[] values = task.preprocessing().apply(variant.of(picture));
        Map<String, HostTensor> inputs = Map.of(input.name(), HostTensor.of(values, input.shape()));
        int answer = Top1.of(floats.run(inputs).get(output).floats());
        right += answer == picture.label() ? 1 : 0;
        tallies.forEach(tally -> tally.add(inputs, output, answer, picture.label()));
      }
    }
    return right;
  }

  private static void assertClose(AcceptanceTask task, Tally tally, int count, int floatRight) {
    AcceptancePrecision.Bounds bounds = tally.bounds.bounds(task.model());
    assertThat(100.0 * (floatRight - tally.right) / count)
        .as("%s: loss of accuracy", tally.name)
        .isLessThanOrEqualTo(bounds.accuracyLoss());
    assertThat(1 - (double) tally.changed / count)
        .as("%s: same answers", tally.name)
        .isGreaterThanOrEqualTo(bounds.agreement());
  }
}
