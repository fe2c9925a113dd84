/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.gateway.mqtt;

import java.net.URI;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.lepcnn.gateway.Gateway;
import org.lepcnn.gateway.GatewayConfig;
import org.lepcnn.gateway.MqttSettings;
import org.lepcnn.gateway.protocol.RecentAnswers;
import org.lepcnn.gateway.protocol.ServedModel;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An open MQTT door: it answers what sensors publish, for the models of a gateway.
 *
 * <p>Closing takes no more requests, which stay at the broker, and waits for those that are under
 * way to be answered.
 */
public final class MqttDoor implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(MqttDoor.class);
  private static final int MOST_READERS = 4;
  private static final int FORGET_SECONDS = 5;
  private static final int DRAIN_SECONDS = 20;
  private static final int POLL_MILLIS = 20;

  private final MqttSettings settings;
  private final Deliveries deliveries;
  private final SensorRequests requests;
  private final BrokerLink link;
  private final ScheduledExecutorService ordered;
  private final ExecutorService readers;

  private MqttDoor(MqttSettings settings, List<ServedModel> models, BrokerLink.Backoff backoff) {
    this.settings = settings;
    this.ordered = Executors.newSingleThreadScheduledExecutor(task -> thread(task, "lepcnn-mqtt"));
    this.readers =
        Executors.newFixedThreadPool(
            Math.min(Runtime.getRuntime().availableProcessors(), MOST_READERS),
            task -> thread(task, "lepcnn-mqtt-reader"));
    DoorTopics topics = new DoorTopics(settings.topics(), settings.gateway());
    int inFlight = inFlight(settings);
    this.deliveries = new Deliveries(inFlight);
    RecentAnswers recent =
        new RecentAnswers(settings.recent(), settings.recentBytes(), System::nanoTime);
    this.link = new BrokerLink(settings, topics, inFlight, backoff, ordered, new Told());
    this.requests =
        new SensorRequests(
            topics,
            new SensorRequests.Limits(settings.payloadBytes(), inFlight, settings.clientRequests()),
            models,
            deliveries,
            recent,
            readers,
            link::send);
    var unused =
        ordered.scheduleWithFixedDelay(
            recent::forgetOld, FORGET_SECONDS, FORGET_SECONDS, TimeUnit.SECONDS);
  }

  private static Thread thread(Runnable task, String name) {
    Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    return thread;
  }

  /** As many messages as a quarter of the heap holds, and one in any case. */
  private static int inFlight(MqttSettings settings) {
    long room = Runtime.getRuntime().maxMemory() / 4 / settings.payloadBytes();
    return (int) Math.max(Math.min(settings.inFlight(), room), 1);
  }

  /** Passes on what the connection tells. */
  private final class Told implements BrokerLink.Receiver {
    @Override
    public void message(SensorMessage message, Runnable acknowledge) {
      requests.take(message, acknowledge);
    }

    @Override
    public void connectionLost() {
      deliveries.connectionLost();
    }

    @Override
    public void sessionLost() {
      deliveries.sessionLost();
    }
  }

  /**
   * Opens the door of a gateway, which stays the caller's and is closed after it.
   *
   * @param config with settings of the door
   * @throws org.lepcnn.core.error.EnvironmentException the broker does not let it in
   */
  public static MqttDoor open(GatewayConfig config, Gateway gateway) {
    return open(
        config.mqtt(),
        gateway.models().stream().map(ServedModel::of).toList(),
        BrokerLink.Backoff.DEFAULT);
  }

  /** Opens a door. */
  static MqttDoor open(
      MqttSettings settings, List<ServedModel> models, BrokerLink.Backoff backoff) {
    MqttDoor door = new MqttDoor(settings, models, backoff);
    try {
      door.link.open(models.stream().map(ServedModel::name).toList());
      return door;
    } catch (RuntimeException e) {
      door.end();
      throw e;
    }
  }

  /**
   * Where the broker is and what topics begin with, such as {@code mqtt://localhost:1883/lepcnn}.
   */
  public URI address() {
    String host = settings.host();
    String shown = host.contains(":") && !host.startsWith("[") ? "[" + host + "]" : host;
    String scheme = settings.tls() == null ? "mqtt" : "mqtts";
    return URI.create(scheme + "://" + shown + ":" + settings.port() + "/" + settings.topics());
  }

  /** Ends with the requests that are under way; those that come later stay at the broker. */
  @Override
  public void close() {
    requests.close();
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(DRAIN_SECONDS);
    try {
      while (deliveries.underWay() > 0 && System.nanoTime() - deadline < 0) {
        Thread.sleep(POLL_MILLIS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (deliveries.underWay() > 0) {
      LOG.warn("The MQTT door closes, and requests under way stay at the broker");
    }
    end();
  }

  /** Lets go of everything, answered or not. */
  void end() {
    link.close();
    ordered.shutdownNow();
    readers.shutdownNow();
  }
}
