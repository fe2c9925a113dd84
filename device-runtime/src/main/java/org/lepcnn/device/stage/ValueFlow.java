/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.stage;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.model.DeviceHalf;
import org.lepcnn.core.model.LinearLayerSpec;
import org.lepcnn.core.model.MaskedTensorSpec;

/**
 * When the values of a pass come and when they may go. Steps are numbered stage 0 = 0, round 0 = 1,
 * stage 1 = 2, …
 */
final class ValueFlow {
  private final List<List<String>> releasedAfterStep = new ArrayList<>();

  /**
   * @throws BadInputException when a stage, round or output needs a value that nothing before it
   *     makes
   */
  ValueFlow(DeviceHalf half) {
    int steps = 2 * half.plan().rounds() + 1;
    Set<String> present = new HashSet<>();
    Map<String, Integer> lastUse = new HashMap<>();
    half.inputs().forEach(input -> define(present, lastUse, input.name(), 0));
    for (int step = 0; step < steps; step++) {
      releasedAfterStep.add(new ArrayList<>());
      for (String name : read(half, step)) {
        require(half, present, name, step % 2 == 0 ? "stage " : "round ", step / 2);
        lastUse.put(name, step);
      }
      for (String name : written(half, step)) {
        define(present, lastUse, name, step);
      }
    }
    for (DeviceHalf.ValueSpec output : half.outputs()) {
      require(half, present, output.name(), "output after stage ", half.plan().rounds());
      lastUse.remove(output.name());
    }
    lastUse.forEach((name, step) -> releasedAfterStep.get(step).add(name));
  }

  /** Values that nothing reads after {@code stage}. */
  List<String> releasedAfterStage(int stage) {
    return releasedAfterStep.get(2 * stage);
  }

  /** Values that nothing reads after {@code round}. */
  List<String> releasedAfterRound(int round) {
    return releasedAfterStep.get(2 * round + 1);
  }

  private static void define(
      Set<String> present, Map<String, Integer> lastUse, String name, int step) {
    present.add(name);
    lastUse.merge(name, step, Math::max);
  }

  private static List<String> read(DeviceHalf half, int step) {
    if (step % 2 == 0) {
      return half.stages().get(step / 2).inputs();
    }
    List<String> names = new ArrayList<>();
    for (MaskedTensorSpec tensor : half.plan().tensorsOfRound(step / 2)) {
      names.add(half.tensors().get(tensor.id()).value());
    }
    return names;
  }

  private static List<String> written(DeviceHalf half, int step) {
    if (step % 2 == 0) {
      return half.stages().get(step / 2).outputs();
    }
    List<String> names = new ArrayList<>();
    for (LinearLayerSpec layer : half.plan().layersOfRound(step / 2)) {
      names.add(half.layers().get(layer.index()).output());
    }
    return names;
  }

  private static void require(
      DeviceHalf half, Set<String> present, String name, String what, int index) {
    if (!present.contains(name)) {
      throw new BadInputException(
          "Loading the device half of "
              + half.modelName()
              + ": "
              + what
              + index
              + " needs the value '"
              + name
              + "', which nothing before it makes. Import the model again.");
    }
  }
}
