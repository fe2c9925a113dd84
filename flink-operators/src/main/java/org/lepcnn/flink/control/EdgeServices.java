/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.control;

import java.io.Serializable;
import java.time.Duration;
import java.util.Objects;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.flink.answer.TopicView;
import org.lepcnn.flink.kernel.ModelWarmUp;

/**
 * What every operator of an edge job opens, and all of them share in a process; travels in the job
 * graph.
 *
 * @param control opens what admission asks, and the models
 * @param topics opens the view of the topics that the job writes to
 * @param readyWait how long a task that starts waits, before it reads, for the control topics to be
 *     read and the models to be loaded; not negative
 * @param warmUp gets every model before it is used
 */
public record EdgeServices(
    EdgeControl.Provider control, TopicView.Provider topics, Duration readyWait, ModelWarmUp warmUp)
    implements Serializable {
  private static final long serialVersionUID = 1L;

  public EdgeServices {
    Objects.requireNonNull(control, "control");
    Objects.requireNonNull(topics, "topics");
    Objects.requireNonNull(warmUp, "warm-up");
    if (readyWait.isNegative()) {
      throw BadInputException.about("Ready wait").expected("0 or more").found(readyWait);
    }
  }

  /** The same services with another wait. */
  public EdgeServices withReadyWait(Duration wait) {
    return new EdgeServices(control, topics, wait, warmUp);
  }

  /** The same services with another warm-up. */
  public EdgeServices withWarmUp(ModelWarmUp other) {
    return new EdgeServices(control, topics, readyWait, other);
  }

  /** Opens the control, or a share of it. */
  public EdgeControl openControl() {
    return control.open(warmUp);
  }

  /** Opens the view of the topics, or a share of it. */
  public TopicView openTopics() {
    return topics.open();
  }

  /** Waits until requests may be read, see {@link Readiness}. */
  public void awaitReadiness(EdgeControl opened) throws InterruptedException {
    boolean unused = Readiness.await(opened, readyWait);
  }
}
