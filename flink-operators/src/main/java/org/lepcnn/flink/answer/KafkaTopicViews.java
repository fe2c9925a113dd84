/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.answer;

import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import org.lepcnn.flink.clock.BrokerClock;
import org.lepcnn.kafka.topic.Topics;

/** Opens views of a Kafka cluster; all operators of a process with one configuration share one. */
public final class KafkaTopicViews implements TopicView.Provider {
  private static final long serialVersionUID = 1L;
  private static final Map<Properties, Shared> OPEN = new HashMap<>();

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
    synchronized (OPEN) {
      Shared shared = OPEN.computeIfAbsent(client, Shared::new);
      shared.users++;
      return new Handle(shared);
    }
  }

  private static boolean isWrittenByTheEdge(String topic) {
    return topic.startsWith(Topics.RESULTS_PREFIX) || topic.equals(Topics.REJECTED);
  }

  /** Without the properties, which may hold credentials. */
  @Override
  public String toString() {
    return "KafkaTopicViews";
  }

  private static final class Shared {
    final Properties client;
    final KafkaTopicView view;
    int users;

    Shared(Properties client) {
      this.client = client;
      this.view = new KafkaTopicView(client, KafkaTopicViews::isWrittenByTheEdge);
    }
  }

  private static final class Handle implements TopicView {
    private final Shared shared;
    private boolean closed;

    Handle(Shared shared) {
      this.shared = shared;
    }

    @Override
    public Fit check(String topic, int batchBytes) {
      return shared.view.check(topic, batchBytes);
    }

    @Override
    public BrokerClock clock() {
      return shared.view.clock();
    }

    @Override
    public void close() {
      synchronized (OPEN) {
        if (!closed && --shared.users == 0) {
          OPEN.remove(shared.client);
          shared.view.close();
        }
        closed = true;
      }
    }
  }
}
