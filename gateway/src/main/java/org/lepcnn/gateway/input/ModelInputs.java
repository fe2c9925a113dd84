/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.gateway.input;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.lepcnn.core.model.DeviceHalf.ValueSpec;
import org.lepcnn.device.stage.HostTensor;

/**
 * The inputs of a model as it was exported, whose order numbers the files of a data set.
 *
 * @param fed those that an imported model has
 * @param names all of them, in order
 * @param bound the others: what the import bound them to, by name
 */
public record ModelInputs(List<ValueSpec> fed, List<String> names, Map<String, HostTensor> bound) {
  /** Of a model none of whose inputs is bound. */
  public static ModelInputs of(List<ValueSpec> fed) {
    return new ModelInputs(fed, fed.stream().map(ValueSpec::name).toList(), Map.of());
  }

  /**
   * Of a model some of whose inputs are bound.
   *
   * @param bound serialized {@code TensorProto}s by name
   */
  public static ModelInputs of(List<ValueSpec> fed, List<String> names, Map<String, byte[]> bound) {
    Map<String, HostTensor> tensors = new LinkedHashMap<>();
    bound.forEach((name, bytes) -> tensors.put(name, TensorFile.parse("--input " + name, bytes)));
    return new ModelInputs(fed, names, tensors);
  }

  /** The file that a data set has for an input. */
  String file(String input) {
    return "input_" + names.indexOf(input) + ".pb";
  }

  /** Whether a value is what an input is bound to; dimensions of 1 may be left out or added. */
  boolean isBoundTo(String input, HostTensor value) {
    HostTensor constant = bound.get(input);
    return constant.onnxType() == value.onnxType()
        && Objects.deepEquals(constant.array(), value.array());
  }
}
