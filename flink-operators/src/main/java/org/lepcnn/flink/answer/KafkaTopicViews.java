/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.answer;

import java.util.Properties;
import org.lepcnn.core.shared.ProcessWide;
import org.lepcnn.core.shared.ProcessWide.Share;
import org.lepcnn.flink.clock.BrokerClock;
import org.lepcnn.kafka.topic.Topics;

/** Opens views of a Kafka cluster; all operators of a process with one configuration share one. */
public final class KafkaTopicViews implements TopicView.Provider {
  private static final long serialVersionUID = 1L;

  private final Properties client;

  /**
   * @param client properties of the Kafka admin client, {@code bootstrap.servers} among them;
   *     copied
   */
  public KafkaTopicViews(Properties client) {
    this.client = new Properties();
    this.client.putAll(client);
  }

  @Override
  public TopicView open() {
    return new Handle(
        ProcessWide.share(
            KafkaTopicView.class,
            client,
            () -> new KafkaTopicView(client, KafkaTopicViews::isWrittenByTheEdge),
            KafkaTopicView::close));
  }

  private static boolean isWrittenByTheEdge(String topic) {
    return topic.startsWith(Topics.RESULTS_PREFIX) || topic.equals(Topics.REJECTED);
  }

  /** Without the properties, which may hold credentials. */
  @Override
  public String toString() {
    return "KafkaTopicViews";
  }

  private record Handle(Share<KafkaTopicView> share) implements TopicView {
    @Override
    public Fit check(String topic, int batchBytes) {
      return share.get().check(topic, batchBytes);
    }

    @Override
    public BrokerClock clock() {
      return share.get().clock();
    }

    @Override
    public void close() {
      share.close();
    }
  }
}
