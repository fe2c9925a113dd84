/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink;

import java.io.Serializable;
import java.time.Duration;
import java.util.Objects;
import org.lepcnn.flink.batch.BatchSettings;
import org.lepcnn.flink.control.EdgeControl;
import org.lepcnn.flink.control.OpenControl;
import org.lepcnn.flink.decode.AssemblyLimits;
import org.lepcnn.flink.guard.GuardLimits;
import org.lepcnn.flink.kernel.ModelSource;
import org.lepcnn.flink.kernel.WhenLoaded;
import org.lepcnn.flink.outbox.TopicView;

/**
 * What the operators of the edge job need to know; travels in the job graph.
 *
 * @param control opens what admission asks, and the models
 * @param topics opens the view of the topics that the job writes to
 * @param assembly bounds of incomplete requests
 * @param guard bounds of the replay guard
 * @param batch how rounds are batched
 * @param readyWait how long a task that starts waits, before it reads, for the control topics to be
 *     read and the models to be loaded; not negative
 * @param whenLoaded gets every model before it is used; a pipeline rehearses
 */
public record EdgeSettings(
    EdgeControl.Provider control,
    TopicView.Provider topics,
    AssemblyLimits assembly,
    GuardLimits guard,
    BatchSettings batch,
    Duration readyWait,
    WhenLoaded whenLoaded)
    implements Serializable {
  /** How long a task that starts waits for what admission asks. */
  public static final Duration READY_WAIT = Duration.ofSeconds(30);

  private static final long serialVersionUID = 1L;

  public EdgeSettings {
    Objects.requireNonNull(control, "control");
    Objects.requireNonNull(topics, "topics");
    Objects.requireNonNull(assembly, "assembly");
    Objects.requireNonNull(guard, "guard");
    Objects.requireNonNull(batch, "batch");
    Objects.requireNonNull(whenLoaded, "when loaded");
    if (readyWait.isNegative()) {
      throw new IllegalArgumentException("ready wait: expected 0 or more; found " + readyWait);
    }
  }

  /** Settings without admission, for one model, with the defaults of all bounds. */
  public static EdgeSettings of(ModelSource model, TopicView.Provider topics) {
    return of(OpenControl.of(model), topics);
  }

  /** Settings with the defaults of all bounds. */
  public static EdgeSettings of(EdgeControl.Provider control, TopicView.Provider topics) {
    return new EdgeSettings(
        control,
        topics,
        AssemblyLimits.DEFAULT,
        GuardLimits.DEFAULT,
        BatchSettings.DEFAULT,
        READY_WAIT,
        WhenLoaded.NOTHING);
  }

  /** The same settings with another wait. */
  public EdgeSettings withReadyWait(Duration wait) {
    return new EdgeSettings(control, topics, assembly, guard, batch, wait, whenLoaded);
  }

  /** The same settings, which hand models that are loaded to somebody first. */
  public EdgeSettings withWhenLoaded(WhenLoaded first) {
    return new EdgeSettings(control, topics, assembly, guard, batch, readyWait, first);
  }

  /** Opens the control, or a share of it. */
  public EdgeControl openControl() {
    return control.open(whenLoaded);
  }
}
