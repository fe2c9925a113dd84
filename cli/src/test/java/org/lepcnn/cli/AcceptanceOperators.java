/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.lepcnn.check.CheckedInput;
import org.lepcnn.check.FloatModel;
import org.lepcnn.check.PrivateCheck;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.kernel.KernelProvider;
import org.lepcnn.core.model.ModelBundle;
import org.lepcnn.device.stage.HostTensor;
import org.lepcnn.gateway.input.ModelInputs;
import org.lepcnn.gateway.input.TestDataSets;
import org.lepcnn.onnx.ImportOptions;
import org.lepcnn.onnx.ModelImporter;
import org.lepcnn.onnx.plan.OffloadPolicy;

/** Small models of one operator or a few, with expected outputs. */
final class AcceptanceOperators {
  /**
   * Errors relative to the output's largest magnitude: sums of few products hardly average out the
   * rounding of int8 weights, 1/254 each at most.
   */
  private static final double TOLERANCE = 0.02;

  /**
   * The products of test_matmul_1d_3d cancel: Σ|w·x| is 3.4 for an output of 0.26. Weights up to
   * 2.22 are rounded by at most 2.22/254, times Σ|x| = 3.2: an error of up to 0.11 of the output.
   */
  private static final Map<String, Double> CANCELLING = Map.of("test_matmul_1d_3d", 0.11);

  private static final double FLOAT_ROUNDING = 1e-4;

  /** float16 models are computed in float32, which leaves out the rounding to 11 bits. */
  private static final double HALF_ROUNDING = 1.0 / 2048;

  private final KernelProvider kernels;
  private final List<String> offloaded = new ArrayList<>();
  private final Map<String, String> others = new TreeMap<>();
  private final List<String> wrong = new ArrayList<>();
  private int models;
  private int passed;

  AcceptanceOperators(KernelProvider kernels) {
    this.kernels = kernels;
  }

  int models() {
    return models;
  }

  int passed() {
    return passed;
  }

  /** Models with an offloaded layer. */
  List<String> offloaded() {
    return offloaded;
  }

  /** Models that did not pass, with the reason: refused, or not comparable. */
  Map<String, String> others() {
    return others;
  }

  /** Models that gave a wrong answer. */
  List<String> wrong() {
    return wrong;
  }

  /** Imports a model with everything offloaded that can be, and runs its data sets. */
  void check(String name, Path folder) {
    models++;
    try {
      Path file = folder.resolve("model.onnx");
      ModelBundle bundle =
          ModelImporter.importModel(
              file, ImportOptions.defaults().withOffload(OffloadPolicy.all()));
      if (bundle.plan().rounds() > 0) {
        offloaded.add(name);
      }
      List<TestDataSets.DataSet> sets =
          TestDataSets.read(folder, ModelInputs.of(bundle.device().inputs()), Integer.MAX_VALUE);
      String complaint = "";
      try (PrivateCheck check = PrivateCheck.open(bundle, kernels)) {
        for (TestDataSets.DataSet set : sets) {
          complaint += complaint(file, set, check.run(set.inputs()), bundle.plan().rounds() > 0);
        }
      }
      if (complaint.isEmpty()) {
        passed++;
      } else if (complaint.startsWith("as ONNX Runtime")) {
        others.put(name, complaint);
      } else {
        wrong.add(name + ": " + complaint);
      }
    } catch (BadInputException e) {
      others.put(name, "refused: " + e.getMessage());
    } catch (RuntimeException e) {
      wrong.add(name + ": not a typed error: " + e);
    }
  }

  private static String complaint(
      Path file, TestDataSets.DataSet set, CheckedInput checked, boolean quantized) {
    if (!checked.exact() || !checked.integrityOk()) {
      return "not exact";
    }
    String name = file.getParent().getFileName().toString();
    double rounding = name.contains("FLOAT16") ? HALF_ROUNDING : FLOAT_ROUNDING;
    double tolerance = quantized ? CANCELLING.getOrDefault(name, TOLERANCE) : rounding;
    List<HostTensor> found = List.copyOf(checked.outputs().values());
    String complaint = "";
    for (Map.Entry<Integer, HostTensor> expected : set.expected().entrySet()) {
      if (expected.getKey() < found.size()) {
        complaint += differs(found.get(expected.getKey()), expected.getValue(), tolerance);
      }
    }
    if (complaint.isEmpty()) {
      return "";
    }
    Map<String, HostTensor> floats;
    try (FloatModel model = new FloatModel(file)) {
      floats = model.run(set.inputs());
    }
    for (Map.Entry<String, HostTensor> output : floats.entrySet()) {
      HostTensor mine = checked.outputs().get(output.getKey());
      if (output.getValue().onnxType() == HostTensor.FLOAT
          && relativeError(mine.floats(), output.getValue().floats()) > tolerance) {
        return complaint;
      }
    }
    return "as ONNX Runtime gives it, but not as the data set expects: " + complaint;
  }

  private static String differs(HostTensor found, HostTensor expected, double tolerance) {
    if (found.onnxType() != HostTensor.FLOAT || expected.onnxType() != HostTensor.FLOAT) {
      return found.sameBits(expected) ? "" : "another " + found + " than expected; ";
    }
    double error = relativeError(found.floats(), expected.floats());
    return error <= tolerance ? "" : "relative error " + error + "; ";
  }

  /** Max error ÷ max magnitude; 0 where both are the same, infinities and NaN included. */
  static double relativeError(float[] found, float[] expected) {
    if (found.length != expected.length) {
      return Double.POSITIVE_INFINITY;
    }
    double error = 0;
    double magnitude = 0;
    for (int i = 0; i < found.length; i++) {
      if (Float.compare(found[i], expected[i]) != 0) {
        double difference = Math.abs((double) found[i] - expected[i]);
        error = Math.max(error, Double.isNaN(difference) ? Double.POSITIVE_INFINITY : difference);
      }
      if (Float.isFinite(expected[i])) {
        magnitude = Math.max(magnitude, Math.abs(expected[i]));
      }
    }
    return magnitude == 0 ? error : error / magnitude;
  }
}
