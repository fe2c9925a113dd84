/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.pass;

import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.lepcnn.core.error.LepcnnException;
import org.lepcnn.device.stage.Activations;
import org.lepcnn.device.stage.DeviceModel;
import org.lepcnn.device.stage.HostTensor;
import org.lepcnn.device.supply.PassSupply;

/**
 * One input that an application wants run, or why it has none; and what it waits for. For the
 * runtime's own rooms.
 */
public final class Submission {
  final Map<String, HostTensor> inputs;
  final @Nullable LepcnnException refused; // why there are no inputs; null where there are
  private final CompletableFuture<PassResult> answer = new CompletableFuture<>();
  private volatile @Nullable PrivatePass pass; // null until one is begun

  private Submission(Map<String, HostTensor> inputs, @Nullable LepcnnException refused) {
    this.inputs = inputs;
    this.refused = refused;
  }

  /** Inputs of the model. */
  public static Submission of(Map<String, HostTensor> inputs) {
    return new Submission(Map.copyOf(inputs), null);
  }

  /** An input that was refused. */
  public static Submission refused(LepcnnException why) {
    return new Submission(Map.of(), why);
  }

  /** What the application waits for; whoever ends the submission without a pass completes it. */
  public CompletableFuture<PassResult> answer() {
    return answer;
  }

  /**
   * Runs a pass, and completes the answer when it ends.
   *
   * @param atEnd called once, when nothing of the pass is left
   */
  public void run(PassContext context, PassSupply.Pass supplied, Runnable atEnd) {
    PrivatePass begun = new PrivatePass(context, supplied, this, atEnd);
    pass = begun;
    begun.start();
  }

  /** Ends the pass, if one was begun that no worker runs and that will get no answer any more. */
  public void abandonPass(RuntimeException error) {
    PrivatePass begun = pass;
    if (begun != null) {
      begun.abandon(error);
    }
  }

  /** Runs a model without rounds: nothing of it is seen outside. */
  public PassResult runLocally(DeviceModel model) {
    if (refused != null) {
      throw refused;
    }
    Stopwatch stopwatch = new Stopwatch();
    try (Activations activations = model.activations(inputs)) {
      stopwatch.time(Stopwatch.Lap.STAGE, () -> model.runStage(0, activations));
      return new PassResult(-1, model.outputs(activations), stopwatch.timings(), 0, 0, 0);
    }
  }
}
