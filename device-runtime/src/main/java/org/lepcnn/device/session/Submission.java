/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.session;

import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.lepcnn.core.error.LepcnnException;

/** One input that an application wants run, or why it has none; and what it waits for. */
final class Submission {
  final Map<String, HostTensor> inputs;
  final LepcnnException refused;
  final CompletableFuture<PassResult> application = new CompletableFuture<>();
  volatile PrivatePass pass;

  private Submission(Map<String, HostTensor> inputs, LepcnnException refused) {
    this.inputs = inputs;
    this.refused = refused;
  }

  /** Inputs of the model. */
  static Submission of(Map<String, HostTensor> inputs) {
    return new Submission(Map.copyOf(inputs), null);
  }

  /** An input that was refused. */
  static Submission refused(LepcnnException why) {
    return new Submission(null, why);
  }

  /** Runs a model without rounds: nothing of it is seen outside. */
  PassResult runLocally(DeviceModel model) {
    if (refused != null) {
      throw refused;
    }
    Stopwatch stopwatch = new Stopwatch();
    try (Activations activations = model.activations(inputs)) {
      stopwatch.time(Stopwatch.Phase.STAGE, () -> model.runStage(0, activations));
      return new PassResult(-1, model.outputs(activations), stopwatch.timings(), 0, 0, 0);
    }
  }
}
