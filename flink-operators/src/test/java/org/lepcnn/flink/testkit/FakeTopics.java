/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.testkit;

import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.lepcnn.flink.answer.TopicView;
import org.lepcnn.flink.clock.BrokerClock;

/** Topics that exist because a test says so; survives serialization within one process. */
public final class FakeTopics implements TopicView.Provider {
  private static final long serialVersionUID = 1L;
  private static final Map<String, Map<String, Integer>> ALL = new ConcurrentHashMap<>();
  private static final Map<String, BrokerClock> CLOCKS = new ConcurrentHashMap<>();
  private static final Map<String, AtomicInteger> VIEWS = new ConcurrentHashMap<>();

  private final String id = UUID.randomUUID().toString();

  public FakeTopics() {
    ALL.put(id, new ConcurrentHashMap<>());
    CLOCKS.put(id, new BrokerClock());
    VIEWS.put(id, new AtomicInteger());
  }

  /** Topics of Kafka's default size. */
  public static FakeTopics with(String... topics) {
    FakeTopics fake = new FakeTopics();
    for (String topic : topics) {
      fake.put(topic, 1_048_588);
    }
    return fake;
  }

  /** Creates a topic or changes its limit. */
  public void put(String topic, int maxMessageBytes) {
    ALL.get(id).put(topic, maxMessageBytes);
  }

  /** What time it is at the broker, for all who open these topics. */
  public BrokerClock clock() {
    return CLOCKS.get(id);
  }

  /** How many have opened these topics and not closed them. */
  public int views() {
    return VIEWS.get(id).get();
  }

  /** Deletes a topic. */
  public void remove(String topic) {
    ALL.get(id).remove(topic);
  }

  @Override
  public TopicView open() {
    Map<String, Integer> topics = ALL.get(id);
    BrokerClock clock = clock();
    AtomicInteger views = VIEWS.get(id);
    views.incrementAndGet();
    return new TopicView() {
      @Override
      public Fit check(String topic, int batchBytes) {
        Integer limit = topics.get(topic);
        if (limit == null) {
          return Fit.MISSING;
        }
        return batchBytes <= limit ? Fit.FITS : Fit.TOO_SMALL;
      }

      @Override
      public BrokerClock clock() {
        return clock;
      }

      @Override
      public void close() {
        views.decrementAndGet();
      }
    };
  }
}
