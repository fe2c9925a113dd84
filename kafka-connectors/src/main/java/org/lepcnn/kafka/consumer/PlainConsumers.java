/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.kafka.consumer;

import java.lang.reflect.Field;
import java.lang.reflect.InaccessibleObjectException;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.KafkaClient;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.GroupProtocol;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.internals.ClassicKafkaConsumer;
import org.apache.kafka.clients.consumer.internals.ConsumerNetworkClient;
import org.apache.kafka.common.utils.AppInfoParser;
import org.lepcnn.core.error.EnvironmentException;

/**
 * Opens consumers that step over compressed batches unread; see the package.
 *
 * <p>Kafka has no place for that, so this reaches into its consumer: the network client of the
 * classic consumer is exchanged for one that looks at what was fetched. Where the inside of the
 * consumer is another one, there is an {@link EnvironmentException} and no consumer.
 */
public final class PlainConsumers {
  /** The consumer's inside that {@link #guard} knows; to be set, whatever the user says. */
  public static final Map<String, String> SETTINGS =
      Map.of(ConsumerConfig.GROUP_PROTOCOL_CONFIG, GroupProtocol.CLASSIC.name());

  private PlainConsumers() {}

  /**
   * Opens a consumer.
   *
   * @param settings Kafka's
   */
  public static KafkaConsumer<byte[], byte[]> open(Map<String, Object> settings) {
    Map<String, Object> all = new HashMap<>(settings);
    all.putAll(SETTINGS);
    KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(all);
    try {
      guard(consumer);
      return consumer;
    } catch (RuntimeException e) {
      consumer.close();
      throw e;
    }
  }

  /**
   * Lets a consumer, which has not been used yet, step over compressed batches from now on.
   *
   * @throws EnvironmentException this is not the consumer that is known here; it is as it was
   */
  public static void guard(KafkaConsumer<?, ?> consumer) {
    try {
      Object classic = value(field(KafkaConsumer.class, "delegate"), consumer);
      Object network = value(field(ClassicKafkaConsumer.class, "client"), classic);
      Field client = field(ConsumerNetworkClient.class, "client");
      KafkaClient plain = PlainFetches.over((KafkaClient) value(client, network));
      client.set(network, plain);
      if (!PlainFetches.isOver((KafkaClient) value(client, network))) {
        throw new IllegalStateException("the client is still the old one");
      }
    } catch (ReflectiveOperationException
        | InaccessibleObjectException
        | ClassCastException
        | IllegalArgumentException
        | IllegalStateException e) {
      throw EnvironmentException.about("Opening a Kafka consumer")
          .expected(
              "one whose fetches can be looked at before they are unpacked (kafka-clients 4.2, group.protocol=classic)")
          .because(e)
          .found(
              "another inside in kafka-clients " + AppInfoParser.getVersion(),
              "Use the version that lepcnn was built with; on a Java that protects final fields, allow it with --enable-final-field-mutation=ALL-UNNAMED.");
    }
  }

  private static Field field(Class<?> type, String name) throws NoSuchFieldException {
    Field field = type.getDeclaredField(name);
    field.setAccessible(true);
    return field;
  }

  private static Object value(Field field, Object object) throws IllegalAccessException {
    return field.get(object);
  }
}
