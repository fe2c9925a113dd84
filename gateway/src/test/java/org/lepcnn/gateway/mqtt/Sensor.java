/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.gateway.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import com.hivemq.client.mqtt.MqttClientSslConfig;
import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5Client;
import com.hivemq.client.mqtt.mqtt5.Mqtt5ClientBuilder;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.lepcnn.gateway.protocol.DoorAnswer;
import org.lepcnn.json.Json;

/** A client of a broker that publishes requests and hears answers. */
public final class Sensor implements AutoCloseable {
  private static final int PATIENCE_SECONDS = 120;

  private final Mqtt5BlockingClient client;
  private final BlockingQueue<Heard> heard = new LinkedBlockingQueue<>();

  /**
   * A message that came.
   *
   * @param correlation empty when it has none
   * @param contentType empty when it has none
   * @param jsonBytes the user property that says where its JSON ends; null without it
   */
  public record Heard(
      String topic,
      byte[] payload,
      String correlation,
      String contentType,
      String jsonBytes,
      boolean retained) {
    private static Heard of(Mqtt5Publish message) {
      ByteBuffer correlation = message.getCorrelationData().orElse(ByteBuffer.allocate(0));
      return new Heard(
          message.getTopic().toString(),
          message.getPayloadAsBytes(),
          StandardCharsets.UTF_8.decode(correlation.duplicate()).toString(),
          message.getContentType().map(Object::toString).orElse(""),
          message.getUserProperties().asList().stream()
              .filter(property -> property.getName().toString().equals(DoorAnswer.JSON_LENGTH))
              .map(property -> property.getValue().toString())
              .findFirst()
              .orElse(null),
          message.isRetain());
    }

    public String text() {
      return new String(payload, StandardCharsets.UTF_8);
    }

    public Json json() {
      return Json.parse(text());
    }
  }

  private Sensor(Mqtt5BlockingClient client) {
    this.client = client;
  }

  /** A sensor on this machine that hears the topics of a filter. */
  public static Sensor connect(int port, String filter) {
    return connect(Mqtt5Client.builder().serverHost("localhost").serverPort(port), filter);
  }

  /** A sensor with TLS and a password. */
  static Sensor connect(
      int port, String filter, MqttClientSslConfig tls, String user, String password) {
    return connect(
        Mqtt5Client.builder()
            .serverHost("localhost")
            .serverPort(port)
            .sslConfig(tls)
            .simpleAuth()
            .username(user)
            .password(password.getBytes(StandardCharsets.UTF_8))
            .applySimpleAuth(),
        filter);
  }

  private static Sensor connect(Mqtt5ClientBuilder builder, String filter) {
    Sensor sensor =
        new Sensor(
            builder.identifier("sensor-" + Long.toHexString(System.nanoTime())).buildBlocking());
    sensor
        .client
        .toAsync()
        .publishes(MqttGlobalPublishFilter.ALL, message -> sensor.heard.add(Heard.of(message)));
    sensor.client.connect();
    sensor.client.subscribeWith().topicFilter(filter).qos(MqttQos.AT_LEAST_ONCE).send();
    return sensor;
  }

  /**
   * Publishes a request.
   *
   * @param contentType null for none
   * @param responseTopic null for none
   * @param correlation null for none
   */
  public void publish(
      String topic, byte[] payload, String contentType, String responseTopic, String correlation) {
    client.publish(message(topic, payload, contentType, responseTopic, correlation));
  }

  static Mqtt5Publish message(
      String topic, byte[] payload, String contentType, String responseTopic, String correlation) {
    return Mqtt5Publish.builder()
        .topic(topic)
        .qos(MqttQos.AT_LEAST_ONCE)
        .contentType(contentType)
        .responseTopic(responseTopic)
        .correlationData(correlation == null ? null : correlation.getBytes(StandardCharsets.UTF_8))
        .payload(payload)
        .build();
  }

  void publish(Mqtt5Publish message) {
    client.publish(message);
  }

  /** The next message that comes. */
  public Heard hear() throws InterruptedException {
    Heard message = heard.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
    assertThat(message).as("a message within %d s", PATIENCE_SECONDS).isNotNull();
    return message;
  }

  /** How many messages came that nobody asked for yet. */
  public int waiting() {
    return heard.size();
  }

  @Override
  public void close() {
    if (client.getState().isConnected()) {
      client.disconnect();
    }
  }
}
