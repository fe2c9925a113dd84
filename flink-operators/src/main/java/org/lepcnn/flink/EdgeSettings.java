/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink;

import java.io.Serializable;
import java.time.Duration;
import java.util.Objects;
import org.lepcnn.flink.answer.TopicView;
import org.lepcnn.flink.batch.BatchSettings;
import org.lepcnn.flink.control.EdgeControl;
import org.lepcnn.flink.control.EdgeServices;
import org.lepcnn.flink.control.OpenControl;
import org.lepcnn.flink.decode.AssemblyLimits;
import org.lepcnn.flink.guard.GuardLimits;
import org.lepcnn.flink.kernel.ModelSource;
import org.lepcnn.flink.kernel.ModelWarmUp;

/**
 * What the operators of the edge job need to know; travels in the job graph.
 *
 * @param services what all of them open
 * @param assembly bounds of incomplete requests
 * @param guard bounds of the replay guard
 * @param batch how rounds are batched
 */
public record EdgeSettings(
    EdgeServices services, AssemblyLimits assembly, GuardLimits guard, BatchSettings batch)
    implements Serializable {
  /** How long a task that starts waits for what admission asks. */
  public static final Duration READY_WAIT = Duration.ofSeconds(30);

  private static final long serialVersionUID = 1L;

  public EdgeSettings {
    Objects.requireNonNull(services, "services");
    Objects.requireNonNull(assembly, "assembly");
    Objects.requireNonNull(guard, "guard");
    Objects.requireNonNull(batch, "batch");
  }

  /** Settings without admission, for one model, with the defaults of all bounds. */
  public static EdgeSettings of(ModelSource model, TopicView.Provider topics) {
    return of(OpenControl.of(model), topics);
  }

  /** Settings with the defaults of all bounds. */
  public static EdgeSettings of(EdgeControl.Provider control, TopicView.Provider topics) {
    return new EdgeSettings(
        new EdgeServices(control, topics, READY_WAIT, ModelWarmUp.NONE),
        AssemblyLimits.DEFAULT,
        GuardLimits.DEFAULT,
        BatchSettings.DEFAULT);
  }

  /** The same settings with another wait. */
  public EdgeSettings withReadyWait(Duration wait) {
    return new EdgeSettings(services.withReadyWait(wait), assembly, guard, batch);
  }

  /**
   * The same settings; the first model that is loaded with them in a process warms the code of the
   * operators, before anybody else gets it. {@link EdgePipeline} sees to that by itself: this is
   * for who loads models before the pipeline does.
   */
  public EdgeSettings warmedUp() {
    return new EdgeSettings(services.withWarmUp(EdgeWarmUp::once), assembly, guard, batch);
  }
}
