/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.control;

import org.apache.flink.metrics.MetricGroup;
import org.lepcnn.core.api.Internal;
import org.lepcnn.flink.answer.TopicView;
import org.lepcnn.flink.answer.WritableAnswers;
import org.lepcnn.flink.metric.EdgeMetrics;

/** What an operator has opened of {@link EdgeServices}, and its metrics; closed together. */
@Internal
public record OpenServices(TopicView topics, EdgeControl control, EdgeMetrics metrics)
    implements AutoCloseable {
  /**
   * Opens what an operator works with.
   *
   * @param operator the group of its metrics
   */
  public static OpenServices of(EdgeServices services, MetricGroup operator) {
    EdgeMetrics metrics = new EdgeMetrics(operator);
    TopicView topics = services.openTopics();
    try {
      return new OpenServices(topics, services.openControl(), metrics);
    } catch (RuntimeException | Error e) {
      topics.close();
      throw e;
    }
  }

  /** What may be said on these topics, counted in these metrics. */
  public WritableAnswers answers() {
    return new WritableAnswers(topics, metrics);
  }

  @Override
  public void close() {
    control.close();
    topics.close();
  }
}
