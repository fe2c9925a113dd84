/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.lepcnn.check.FloatModel;
import org.lepcnn.check.PrivateCheck;
import org.lepcnn.check.Top1;
import org.lepcnn.cli.AcceptanceData.Picture;
import org.lepcnn.core.kernel.KernelProvider;
import org.lepcnn.core.kernel.choice.Kernels;
import org.lepcnn.core.model.DeviceHalf.ValueSpec;
import org.lepcnn.core.model.ModelBundle;
import org.lepcnn.core.port.InProcessEdge;
import org.lepcnn.device.pass.PassResult;
import org.lepcnn.device.reference.ComputedTables;
import org.lepcnn.device.session.PrivateSession;
import org.lepcnn.device.stage.HostTensor;
import org.lepcnn.device.supply.MemoryChain;

/**
 * Right answers of the private path and of float ONNX Runtime on labelled pictures.
 *
 * @param pictures how many
 * @param floatRight right answers of the float network
 * @param privateRight right answers of the private path
 * @param floatTopFive float: the right answer among the five largest scores
 * @param privateTopFive private: the same
 * @param same pictures with the same answer
 * @param exact of the pictures that were also run through the plain integer network, whether all
 *     were equal bit for bit
 */
record AcceptanceAccuracy(
    int pictures,
    int floatRight,
    int privateRight,
    int floatTopFive,
    int privateTopFive,
    int same,
    boolean exact) {
  private static final int CHUNK = 128;
  private static final int EXACT_SAMPLE = 20;
  private static final int TOP = 5;

  /** Runs every picture privately and in float, and a sample of them for exactness. */
  static AcceptanceAccuracy measure(
      Path model, ModelBundle bundle, AcceptanceTask task, List<Picture> pictures) {
    int[] counts = new int[5];
    KernelProvider kernels = Kernels.choose(null);
    ValueSpec input = bundle.device().inputs().get(0);
    String output = bundle.device().outputs().get(0).name();
    try (FloatModel floats = new FloatModel(model);
        PrivateSession session =
            PrivateSession.builder(
                    new MemoryChain("acceptance", bundle.fingerprint(), bundle.device()),
                    new ComputedTables(bundle.edge(), kernels, 1),
                    new InProcessEdge(bundle.edge(), kernels))
                .open()) {
      for (int from = 0; from < pictures.size(); from += CHUNK) {
        List<Picture> chunk = pictures.subList(from, Math.min(pictures.size(), from + CHUNK));
        List<Map<String, HostTensor>> inputs = new ArrayList<>();
        List<CompletableFuture<PassResult>> passes = new ArrayList<>();
        for (Picture picture : chunk) {
          inputs.add(input(task, input, picture));
          passes.add(session.submit(inputs.get(inputs.size() - 1)));
        }
        for (int i = 0; i < chunk.size(); i++) {
          float[] expected = floats.run(inputs.get(i)).get(output).floats();
          float[] found = passes.get(i).join().outputs().get(output).floats();
          count(counts, expected, found, chunk.get(i).label());
        }
      }
    }
    boolean exact = exact(bundle, kernels, task, pictures, input);
    return new AcceptanceAccuracy(
        pictures.size(), counts[0], counts[1], counts[2], counts[3], counts[4], exact);
  }

  double floatPercent() {
    return 100.0 * floatRight / pictures;
  }

  double privatePercent() {
    return 100.0 * privateRight / pictures;
  }

  double agreement() {
    return (double) same / pictures;
  }

  private static void count(int[] counts, float[] expected, float[] found, int label) {
    counts[0] += Top1.of(expected) == label ? 1 : 0;
    counts[1] += Top1.of(found) == label ? 1 : 0;
    counts[2] += rank(expected, label) < TOP ? 1 : 0;
    counts[3] += rank(found, label) < TOP ? 1 : 0;
    counts[4] += Top1.of(expected) == Top1.of(found) ? 1 : 0;
  }

  private static int rank(float[] scores, int label) {
    int larger = 0;
    for (float score : scores) {
      larger += score > scores[label] ? 1 : 0;
    }
    return larger;
  }

  private static boolean exact(
      ModelBundle bundle,
      KernelProvider kernels,
      AcceptanceTask task,
      List<Picture> pictures,
      ValueSpec input) {
    boolean exact = true;
    try (PrivateCheck check = PrivateCheck.open(bundle, kernels)) {
      int step = Math.max(1, pictures.size() / EXACT_SAMPLE);
      for (int i = 0; i < pictures.size(); i += step) {
        exact &= check.run(input(task, input, pictures.get(i))).exact();
      }
    }
    return exact;
  }

  private static Map<String, HostTensor> input(
      AcceptanceTask task, ValueSpec input, Picture picture) {
    float[] values = task.preprocessing().apply(picture);
    return Map.of(input.name(), HostTensor.of(values, input.shape()));
  }
}
