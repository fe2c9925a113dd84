/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx;

import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.lepcnn.core.error.LepcnnException;
import org.lepcnn.core.model.ModelBundle;

/**
 * What is done with a model in the process of an {@link ImportTrial}, which makes an instance by
 * the constructor without parameters.
 */
@FunctionalInterface
public interface TrialWork {
  /**
   * What the process hands over.
   *
   * @param told what is told beside the bundle, in a form that the caller knows
   */
  @SuppressWarnings("ArrayRecordComponent") // a carrier, never compared
  record Done(ModelBundle bundle, byte[] told) {}

  /**
   * Imports the model.
   *
   * @param arguments whatever else the work needs; paths in it are absolute
   * @param steps to be told of whatever may take long, when it begins: a step has a limit of time
   * @throws LepcnnException for a refusal, which is handed over as well
   */
  Done run(Path onnx, ImportOptions options, List<String> arguments, Consumer<String> steps);
}
