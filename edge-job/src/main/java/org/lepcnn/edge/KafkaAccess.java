/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.edge;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeTopicsOptions;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.jspecify.annotations.Nullable;
import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.core.error.LepcnnException;
import org.lepcnn.core.error.Mismatch;
import org.lepcnn.kafka.client.ClientSettings;
import org.lepcnn.kafka.client.KafkaFailures;
import org.lepcnn.kafka.topic.TopicLosses;
import org.lepcnn.kafka.topic.Topics;

/**
 * Asks the broker whether the job may do what it will do: use its consumer group, read requests and
 * control topics, write results and rejections; and whether the topics keep what they are given. A
 * job that may not is started again without an end, and only the JobManager's log would say why.
 */
final class KafkaAccess {
  private static final Duration LIMIT = Duration.ofSeconds(15);

  private final ClientSettings settings;
  private final String group;
  private final List<String> missing = new ArrayList<>();

  /** The broker has answered, and no job can run on what it said, wherever it is asked from. */
  private static final class Unfit extends EnvironmentException {
    private static final long serialVersionUID = 1L;

    Unfit(String message, @Nullable Throwable cause) {
      super(message, cause);
    }

    static Mismatch<Unfit> about(String subject) {
      return Mismatch.about(subject, Unfit::new);
    }
  }

  private KafkaAccess(ClientSettings settings, String group) {
    this.settings = settings;
    this.group = group;
  }

  /**
   * Checks that the broker answers and lets the job do its work.
   *
   * @throws EnvironmentException it does not answer, or does not allow it
   */
  static void require(ClientSettings settings, String group) {
    new KafkaAccess(settings, group).require();
  }

  /**
   * Whether it was the broker that said no, or nobody can be asked with these settings, on whatever
   * machine; not that the broker could not be asked from here.
   */
  static boolean isRefusal(LepcnnException failure) {
    if (failure instanceof Unfit || KafkaFailures.isHopeless(failure)) {
      return true;
    }
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof AuthorizationException || cause instanceof AuthenticationException) {
        return true;
      }
    }
    return false;
  }

  private void require() {
    String doing = "Connecting to Kafka";
    try (Admin admin = Admin.create(settings.admin(LIMIT))) {
      await(admin.describeCluster().clusterId());
      doing = "Asking for the offsets of the consumer group " + group;
      await(admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata());
      doing = "Asking which topics may be used";
      Collection<String> topics = topics(admin);
      for (String topic : topics) {
        check(admin, topic);
      }
      doing = "Asking for the topics' settings";
      requireNone(TopicLosses.of(admin, topics, LIMIT.toMillis()));
    } catch (ExecutionException | KafkaException e) {
      throw KafkaFailures.translate(doing, settings, e);
    }
    if (!missing.isEmpty()) {
      throw Unfit.about("Asking which topics may be used")
          .expected(
              "that the edge's user may read requests and control topics and write results and"
                  + " rejections")
          .found(
              "that it may not " + String.join(", ", missing),
              "Grant its access rules (ACLs): lepcnn topics create --acls.");
    }
  }

  private static void requireNone(List<String> losses) {
    if (!losses.isEmpty()) {
      throw Unfit.about("Looking at the topics' settings")
          .expected("settings under which no topic loses records")
          .found(
              losses.size() + " others",
              String.join(" ", losses)
                  + " Correct each: kafka-configs.sh --alter --entity-type topics --entity-name"
                  + " TOPIC --add-config KEY=VALUE.");
    }
  }

  /** Those that can be seen, and those that every edge has. */
  private static Collection<String> topics(Admin admin) throws ExecutionException {
    Set<String> topics = new TreeSet<>(List.of(Topics.MODELS, Topics.DEVICES, Topics.REJECTED));
    for (String name : await(admin.listTopics().names())) {
      if (name.startsWith(Topics.REQUESTS_PREFIX) || name.startsWith(Topics.RESULTS_PREFIX)) {
        topics.add(name);
      }
    }
    return topics;
  }

  private void check(Admin admin, String topic) throws ExecutionException {
    boolean written = topic.startsWith(Topics.RESULTS_PREFIX) || topic.equals(Topics.REJECTED);
    AclOperation needed = written ? AclOperation.WRITE : AclOperation.READ;
    try {
      TopicDescription found =
          await(
              admin
                  .describeTopics(
                      List.of(topic), new DescribeTopicsOptions().includeAuthorizedOperations(true))
                  .topicNameValues()
                  .get(topic));
      Set<AclOperation> allowed = found.authorizedOperations();
      if (allowed != null && !allowed.contains(needed)) {
        missing.add((written ? "write " : "read ") + topic);
      }
    } catch (ExecutionException e) {
      if (KafkaFailures.unwrap(e) instanceof AuthorizationException) {
        missing.add("see " + topic);
      } else if (!(KafkaFailures.unwrap(e) instanceof UnknownTopicOrPartitionException)) {
        throw e; // one that is not there yet is no refusal
      }
    }
  }

  private static <T> T await(org.apache.kafka.common.KafkaFuture<T> future)
      throws ExecutionException {
    return KafkaFailures.await(future, LIMIT.toMillis());
  }
}
