/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.kafka.topic;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.lepcnn.kafka.client.KafkaFailures;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at what brokers do to the batches of existing topics. Only {@code
 * compression.type=producer}, which {@link TopicAdmin#create} sets, leaves them as they came.
 */
public final class TopicCompression {
  private static final Logger LOG = LoggerFactory.getLogger(TopicCompression.class);
  private static final String AS_IT_CAME = "producer";
  private static final String UNPACKED = "uncompressed";

  private TopicCompression() {}

  /**
   * Which topics compress what is written to them, so that nobody of lepcnn would read it. One that
   * has its batches unpacked by the broker is warned of; one that may not be looked at, too; one
   * that is not there is passed over.
   *
   * @param timeoutMillis for each topic
   * @return one {@code topic (setting)} each
   */
  public static List<String> compressing(Admin admin, Collection<String> topics, long timeoutMillis)
      throws ExecutionException {
    List<String> found = new ArrayList<>();
    List<String> closed = new ArrayList<>();
    for (String topic : new TreeSet<>(topics)) {
      try {
        String setting = setting(admin, topic, timeoutMillis);
        if (setting.equals(UNPACKED)) {
          LOG.warn(
              "Topic {} has compression.type=uncompressed: the broker unpacks what clients send in"
                  + " its own memory; set it to producer",
              topic);
        } else if (!setting.equals(AS_IT_CAME)) {
          found.add(topic + " (" + setting + ")");
        }
      } catch (ExecutionException e) {
        Throwable cause = KafkaFailures.unwrap(e);
        if (cause instanceof AuthorizationException) {
          closed.add(topic);
        } else if (!(cause instanceof UnknownTopicOrPartitionException)) {
          throw e;
        }
      }
    }
    if (!closed.isEmpty()) {
      LOG.warn(
          "Whether these topics have compression.type=producer cannot be seen: {}; 'lepcnn topics"
              + " create --acls' grants that",
          closed);
    }
    return found;
  }

  private static String setting(Admin admin, String topic, long timeoutMillis)
      throws ExecutionException {
    ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
    KafkaFuture<Config> future = admin.describeConfigs(List.of(resource)).values().get(resource);
    ConfigEntry entry =
        KafkaFailures.await(future, timeoutMillis).get(TopicConfig.COMPRESSION_TYPE_CONFIG);
    return entry == null || entry.value() == null ? AS_IT_CAME : entry.value();
  }
}
