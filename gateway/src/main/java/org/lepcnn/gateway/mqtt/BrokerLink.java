/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.gateway.mqtt;

import com.hivemq.client.mqtt.MqttClientSslConfig;
import com.hivemq.client.mqtt.MqttClientSslConfigBuilder;
import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.lifecycle.MqttClientConnectedContext;
import com.hivemq.client.mqtt.lifecycle.MqttClientDisconnectedContext;
import com.hivemq.client.mqtt.lifecycle.MqttDisconnectSource;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5Client;
import com.hivemq.client.mqtt.mqtt5.Mqtt5ClientBuilder;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5ConnAckException;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5DisconnectException;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5PubAckException;
import com.hivemq.client.mqtt.mqtt5.lifecycle.Mqtt5ClientConnectedContext;
import com.hivemq.client.mqtt.mqtt5.lifecycle.Mqtt5ClientDisconnectedContext;
import com.hivemq.client.mqtt.mqtt5.message.connect.Mqtt5Connect;
import com.hivemq.client.mqtt.mqtt5.message.connect.connack.Mqtt5ConnAck;
import com.hivemq.client.mqtt.mqtt5.message.connect.connack.Mqtt5ConnAckReasonCode;
import com.hivemq.client.mqtt.mqtt5.message.disconnect.Mqtt5DisconnectReasonCode;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5PublishBuilder;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5PublishResult;
import com.hivemq.client.mqtt.mqtt5.message.subscribe.Mqtt5RetainHandling;
import com.hivemq.client.mqtt.mqtt5.message.subscribe.Mqtt5Subscribe;
import com.hivemq.client.mqtt.mqtt5.message.subscribe.Mqtt5Subscription;
import com.hivemq.client.mqtt.mqtt5.message.subscribe.suback.Mqtt5SubAck;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.core.error.Mismatch;
import org.lepcnn.core.text.Printable;
import org.lepcnn.gateway.HttpSettings;
import org.lepcnn.gateway.MqttSettings;
import org.lepcnn.gateway.protocol.DoorAnswer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A connection to a broker, made anew whenever it is lost. The broker keeps the session: what is
 * published meanwhile, and what was not acknowledged, comes when the connection is back.
 */
final class BrokerLink implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(BrokerLink.class);
  private static final String ONLINE = "online";
  private static final String OFFLINE = "offline";
  private static final int KEEP_ALIVE_SECONDS = 30;
  private static final int END_SECONDS = 5;

  /** A connection that is back before is not told as lost. */
  private static final int WILL_SECONDS = 2;

  /** What a packet holds beside its payload: topic, correlation data, properties. */
  private static final int HEADER_BYTES = 64 << 10;

  private static final int TOO_LARGE = 500;

  private final MqttSettings settings;
  private final DoorTopics topics;
  private final int inFlight;
  private final Backoff backoff;
  private final Executor ordered;
  private final Receiver receiver;
  private final Mqtt5AsyncClient client;
  private volatile boolean wasConnected;
  private volatile boolean ready;
  private volatile boolean closing;
  private volatile int mostPacketBytes = Integer.MAX_VALUE;
  private volatile @Nullable Throwable trouble;

  /** Why there is no connection, as the log says already. */
  private volatile String told = "";

  /**
   * How long to wait before a connection is tried again.
   *
   * @param firstMillis after it is lost; doubles with every try
   * @param mostMillis the most
   */
  record Backoff(long firstMillis, long mostMillis) {
    static final Backoff DEFAULT = new Backoff(1_000, 60_000);

    private long millis(int attempts) {
      return Math.min(firstMillis << Math.min(attempts, 20), mostMillis);
    }
  }

  /** Is told what comes over the connection, one after the other. */
  interface Receiver {
    /** A message came. */
    void message(SensorMessage message, Runnable acknowledge);

    /** The connection is lost. */
    void connectionLost();

    /** There is a connection, and the broker knows of none before. */
    void sessionLost();
  }

  /**
   * @param inFlight the most messages that the broker sends without an acknowledgement
   * @param ordered a thread that tells the receiver
   */
  BrokerLink(
      MqttSettings settings,
      DoorTopics topics,
      int inFlight,
      Backoff backoff,
      Executor ordered,
      Receiver receiver) {
    this.settings = settings;
    this.topics = topics;
    this.inFlight = inFlight;
    this.backoff = backoff;
    this.ordered = ordered;
    this.receiver = receiver;
    this.client = client();
  }

  private Mqtt5AsyncClient client() {
    Mqtt5ClientBuilder builder =
        Mqtt5Client.builder()
            .identifier(settings.clientId())
            .serverHost(settings.host())
            .serverPort(settings.port())
            .sslConfig(settings.tls() == null ? null : ssl(settings.tls()))
            .addConnectedListener(this::connected)
            .addDisconnectedListener(this::disconnected)
            .willPublish(state(OFFLINE).asWill().delayInterval(WILL_SECONDS).build());
    if (settings.user() != null) {
      byte[] password =
          HttpSettings.secret(settings.passwordFile()).getBytes(StandardCharsets.UTF_8);
      builder = builder.simpleAuth().username(settings.user()).password(password).applySimpleAuth();
    }
    return builder.buildAsync();
  }

  private static MqttClientSslConfig ssl(MqttSettings.Tls tls) {
    MqttClientSslConfigBuilder builder = MqttClientSslConfig.builder();
    if (tls.trustStore() != null) {
      builder =
          builder.trustManagerFactory(TlsStores.trust(tls.trustStore(), tls.trustPasswordFile()));
    }
    if (tls.keyStore() != null) {
      builder = builder.keyManagerFactory(TlsStores.keys(tls.keyStore(), tls.keyPasswordFile()));
    }
    return builder.build();
  }

  private Mqtt5PublishBuilder.Complete state(String state) {
    return Mqtt5Publish.builder()
        .topic(topics.state())
        .qos(MqttQos.AT_LEAST_ONCE)
        .retain(true)
        .contentType("text/plain")
        .payload(state.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Connects, and asks for requests.
   *
   * @param sessions whose requests
   * @throws EnvironmentException the broker does not let the gateway in, or there is none in time
   */
  void open(List<String> sessions) {
    // before the connection: what the broker kept comes with it, and would be lost
    client.publishes(MqttGlobalPublishFilter.ALL, this::arrived, ordered, true);
    await(client.connect(connect()), settings.patience().toMillis());
    Mqtt5SubAck answer =
        await(client.subscribe(subscribe(sessions)), settings.patience().toMillis());
    if (answer.getReasonCodes().stream().anyMatch(code -> code.isError())) {
      throw about().expected("leave to subscribe").found(answer.getReasonCodes());
    }
    ready = true;
    tell(ONLINE);
  }

  private Mqtt5Connect connect() {
    return Mqtt5Connect.builder()
        .cleanStart(false)
        .sessionExpiryInterval(settings.session().toSeconds())
        .keepAlive(KEEP_ALIVE_SECONDS)
        .restrictions()
        .receiveMaximum(inFlight)
        .maximumPacketSize(settings.payloadBytes() + HEADER_BYTES)
        .applyRestrictions()
        .build();
  }

  private Mqtt5Subscribe subscribe(List<String> sessions) {
    return Mqtt5Subscribe.builder()
        .addSubscriptions(
            sessions.stream()
                .map(
                    session ->
                        Mqtt5Subscription.builder()
                            .topicFilter(topics.infer(session))
                            .qos(MqttQos.AT_LEAST_ONCE)
                            .noLocal(true)
                            .retainHandling(Mqtt5RetainHandling.DO_NOT_SEND)
                            .build()))
        .build();
  }

  private <T> T await(CompletableFuture<T> future, long millis) {
    try {
      return future.get(millis, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw about().expected("an answer").found("an interruption");
    } catch (ExecutionException e) {
      throw about()
          .expected("to be let in")
          .found(Printable.reason(e.getCause() == null ? e : e.getCause()));
    } catch (TimeoutException e) {
      throw about()
          .expected("an answer within " + TimeUnit.MILLISECONDS.toSeconds(millis) + " s")
          .found(trouble == null ? "none" : Printable.reason(trouble));
    }
  }

  private Mismatch<EnvironmentException> about() {
    return EnvironmentException.about(
        "Connecting to the MQTT broker at " + settings.host() + ":" + settings.port());
  }

  private void connected(MqttClientConnectedContext context) {
    if (closing) {
      var unused = client.disconnect();
      return;
    }
    Mqtt5ConnAck answer = ((Mqtt5ClientConnectedContext) context).getConnAck();
    mostPacketBytes = answer.getRestrictions().getMaximumPacketSize();
    if (wasConnected) {
      LOG.warn("Connected to the MQTT broker again");
    }
    wasConnected = true;
    told = "";
    if (!answer.isSessionPresent()) {
      ordered.execute(receiver::sessionLost);
    }
    if (ready) {
      tell(ONLINE); // the broker has said otherwise meanwhile
    }
  }

  private void disconnected(MqttClientDisconnectedContext context) {
    if (closing || context.getSource() == MqttDisconnectSource.USER) {
      return;
    }
    ordered.execute(receiver::connectionLost);
    Throwable cause = context.getCause();
    trouble = cause;
    if (!wasConnected && isFinal(cause)) {
      return;
    }
    var reconnector = ((Mqtt5ClientDisconnectedContext) context).getReconnector();
    long millis =
        isTakenOver(cause) ? backoff.mostMillis() : backoff.millis(reconnector.getAttempts());
    String reason = Printable.reason(cause);
    if (!reason.equals(told)) {
      told = reason;
      LOG.warn(
          "No connection to the MQTT broker at {}:{}; trying again until there is one: {}",
          settings.host(),
          settings.port(),
          reason);
    }
    reconnector
        .reconnect(true)
        .resubscribeIfSessionExpired(true)
        .republishIfSessionExpired(true)
        .delay(millis, TimeUnit.MILLISECONDS);
  }

  /** What the broker says for good; it may be wrong at the start alone. */
  private static boolean isFinal(Throwable cause) {
    for (Throwable each = cause; each != null; each = each.getCause()) {
      if (each instanceof SSLException) {
        return true;
      }
    }
    if (!(cause instanceof Mqtt5ConnAckException refused)) {
      return false;
    }
    Mqtt5ConnAckReasonCode code = refused.getMqttMessage().getReasonCode();
    return code != Mqtt5ConnAckReasonCode.SERVER_UNAVAILABLE
        && code != Mqtt5ConnAckReasonCode.SERVER_BUSY
        && code != Mqtt5ConnAckReasonCode.CONNECTION_RATE_EXCEEDED;
  }

  /** Another gateway has the same name: the two must not take turns without a pause. */
  private static boolean isTakenOver(Throwable cause) {
    return cause instanceof Mqtt5DisconnectException told
        && told.getMqttMessage().getReasonCode() == Mqtt5DisconnectReasonCode.SESSION_TAKEN_OVER;
  }

  private void arrived(Mqtt5Publish publish) {
    SensorMessage message =
        new SensorMessage(
            publish.getTopic().toString(),
            publish.getPayloadAsBytes(),
            publish.getContentType().map(Object::toString).orElse(null),
            jsonBytes(publish),
            publish.getResponseTopic().map(Object::toString).orElse(null),
            publish.getCorrelationData().map(BrokerLink::bytes).orElse(null),
            publish.isRetain(),
            publish.getQos() != MqttQos.AT_MOST_ONCE);
    receiver.message(message, publish::acknowledge);
  }

  private static @Nullable String jsonBytes(Mqtt5Publish publish) {
    return publish.getUserProperties().asList().stream()
        .filter(property -> property.getName().toString().equals(DoorAnswer.JSON_LENGTH))
        .map(property -> property.getValue().toString())
        .findFirst()
        .orElse(null);
  }

  private static byte[] bytes(ByteBuffer buffer) {
    byte[] bytes = new byte[buffer.remaining()];
    buffer.duplicate().get(bytes);
    return bytes;
  }

  /**
   * Publishes a reply, also after a connection that is made later.
   *
   * @return whether the broker has taken or refused it; if not, its request must stay at the broker
   */
  CompletableFuture<Boolean> send(Reply reply) {
    byte[] payload = reply.payload();
    int identity = reply.correlation() == null ? 0 : reply.correlation().length;
    if ((long) payload.length + identity + HEADER_BYTES > mostPacketBytes
        && reply.answer().status() != TOO_LARGE) {
      return send(
          reply.instead(
              DoorAnswer.error(
                  TOO_LARGE,
                  0,
                  "Publishing an answer: expected one that the MQTT broker takes; found more than "
                      + mostPacketBytes
                      + " bytes. Ask for fewer outputs, or raise the broker's limit.")));
    }
    return client.publish(publish(reply, payload)).handle(BrokerLink::isDone);
  }

  private static Mqtt5Publish publish(Reply reply, byte[] payload) {
    Mqtt5PublishBuilder.Complete builder =
        Mqtt5Publish.builder()
            .topic(reply.topic())
            .qos(MqttQos.AT_LEAST_ONCE)
            .contentType(reply.answer().contentType())
            .correlationData(reply.correlation())
            .payload(payload);
    int jsonBytes = reply.answer().jsonBytes();
    return jsonBytes == DoorAnswer.ALL
        ? builder.build()
        : builder
            .userProperties()
            .add(DoorAnswer.JSON_LENGTH, String.valueOf(jsonBytes))
            .applyUserProperties()
            .build();
  }

  private static boolean isDone(@Nullable Mqtt5PublishResult result, @Nullable Throwable failure) {
    Optional<Throwable> error = result == null ? Optional.ofNullable(failure) : result.getError();
    Throwable cause = error.orElse(null);
    if (cause instanceof CompletionException && cause.getCause() != null) {
      cause = cause.getCause();
    }
    if (cause instanceof Mqtt5PubAckException refused) {
      LOG.warn("The MQTT broker refuses an answer: {}", refused.getMqttMessage().getReasonCode());
      return true;
    }
    return cause == null;
  }

  private void tell(String state) {
    var unused = client.publish(state(state).build());
  }

  /** Says that the gateway is away, and ends the connection; the broker keeps the session. */
  @Override
  public void close() {
    closing = true;
    if (!client.getState().isConnected()) {
      var unused = client.disconnect(); // tries no more
      return;
    }
    try {
      if (ready) {
        client.publish(state(OFFLINE).build()).get(END_SECONDS, TimeUnit.SECONDS);
      }
      client
          .disconnectWith()
          .sessionExpiryInterval(settings.session().toSeconds())
          .send()
          .get(END_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) {
      LOG.warn("Closing the connection to the MQTT broker: {}", Printable.reason(e));
    }
  }
}
