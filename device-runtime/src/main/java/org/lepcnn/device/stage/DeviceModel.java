/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.stage;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.model.DeviceHalf;
import org.lepcnn.core.model.Plan;

/**
 * A device half ready to run: one ONNX Runtime session per stage that is not empty. Thread-safe;
 * the values of a pass are its own {@link Activations}.
 */
public final class DeviceModel implements AutoCloseable {
  private final DeviceHalf half;
  private final ValueFlow flow;

  /** By number; null for a stage that is empty. */
  private final List<@Nullable StageRunner> stages = new ArrayList<>();

  private final NativeTensors tensors = new NativeTensors();

  private DeviceModel(DeviceHalf half) {
    this.half = half;
    this.flow = new ValueFlow(half);
  }

  /** As {@link #load(DeviceHalf, int)} with one thread per stage. */
  public static DeviceModel load(DeviceHalf half) {
    return load(half, 1);
  }

  /**
   * Loads the stages.
   *
   * @param intraOpThreads threads that ONNX Runtime may use inside one operator
   * @throws BadInputException when a stage cannot be loaded or needs a value that nothing makes
   */
  public static DeviceModel load(DeviceHalf half, int intraOpThreads) {
    DeviceModel model = new DeviceModel(half);
    try {
      for (int i = 0; i < half.stages().size(); i++) {
        DeviceHalf.Stage stage = half.stages().get(i);
        String what = "device stage " + i + " of " + half.modelName();
        model.stages.add(stage.isEmpty() ? null : StageRunner.load(what, stage, intraOpThreads));
      }
    } catch (RuntimeException | Error e) {
      model.close();
      throw e;
    }
    return model;
  }

  public DeviceHalf half() {
    return half;
  }

  public Plan plan() {
    return half.plan();
  }

  /**
   * Checks what the application provides.
   *
   * @throws BadInputException when a name is missing or unknown, or a type or shape is another
   */
  public void checkInputs(Map<String, HostTensor> inputs) {
    checkInputs(half.modelName(), half.inputs(), inputs);
  }

  static void checkInputs(
      String model, List<DeviceHalf.ValueSpec> specs, Map<String, HostTensor> inputs) {
    for (DeviceHalf.ValueSpec spec : specs) {
      HostTensor found = inputs.get(spec.name());
      if (found == null
          || found.onnxType() != spec.onnxType()
          || !Arrays.equals(found.shape(), spec.shape())) {
        throw BadInputException.about("Input '" + spec.name() + "' of " + model)
            .expected(
                "ONNX type "
                    + spec.onnxType()
                    + " with dimensions "
                    + Arrays.toString(spec.shape()))
            .found(found == null ? "nothing" : found);
      }
    }
    if (inputs.size() != specs.size()) {
      throw BadInputException.about("Inputs of " + model)
          .expected(specs.stream().map(DeviceHalf.ValueSpec::name).toList())
          .found(inputs.keySet());
    }
  }

  /** Zeros for every input. */
  public Map<String, HostTensor> zeroInputs() {
    Map<String, HostTensor> zeros = new LinkedHashMap<>();
    for (DeviceHalf.ValueSpec input : half.inputs()) {
      zeros.put(input.name(), HostTensor.zeros(input.onnxType(), input.shape()));
    }
    return zeros;
  }

  /** The values of a new pass; to be closed before this model. */
  public Activations activations(Map<String, HostTensor> inputs) {
    return new Activations(inputs, tensors);
  }

  /** Runs a stage and releases what nothing reads after it. */
  public void runStage(int stage, Activations activations) {
    StageRunner runner = stages.get(stage);
    if (runner != null) {
      runner.run(activations);
    }
    flow.releasedAfterStage(stage).forEach(activations::release);
  }

  /** Releases what nothing reads after a round. */
  public void endRound(int round, Activations activations) {
    flow.releasedAfterRound(round).forEach(activations::release);
  }

  /** The outputs of the model, in order, in arrays of their own. */
  public Map<String, HostTensor> outputs(Activations activations) {
    Map<String, HostTensor> outputs = new LinkedHashMap<>();
    for (DeviceHalf.ValueSpec spec : half.outputs()) {
      outputs.put(spec.name(), activations.host(spec.name()));
    }
    return outputs;
  }

  @Override
  public void close() {
    for (StageRunner stage : stages) {
      if (stage != null) {
        stage.close();
      }
    }
    stages.clear();
    tensors.close();
  }
}
