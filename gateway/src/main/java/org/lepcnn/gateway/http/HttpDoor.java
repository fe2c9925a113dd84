/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.gateway.http;

import java.net.URI;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.server.handler.GracefulHandler;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.jspecify.annotations.Nullable;
import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.gateway.Gateway;
import org.lepcnn.gateway.GatewayConfig;
import org.lepcnn.gateway.HttpSettings;
import org.lepcnn.gateway.PrivateModel;
import org.lepcnn.gateway.protocol.ClientPlaces;
import org.lepcnn.gateway.protocol.DoorAnswer;
import org.lepcnn.gateway.protocol.RecentAnswers;
import org.lepcnn.gateway.protocol.RequestPasses;
import org.lepcnn.gateway.protocol.ServedModel;
import org.lepcnn.gateway.protocol.Statuses;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An open HTTP door. It speaks the Open Inference Protocol, version 2, for the models of a gateway.
 *
 * <p>Closing refuses new requests, and waits for the passes that are under way to be answered.
 */
public final class HttpDoor implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(HttpDoor.class);
  private static final String PROTOCOL = "http/1.1";
  private static final int MOST_THREADS = 32;
  private static final int LEAST_THREADS = 4;
  private static final int HEADER_BYTES = 8 << 10;
  private static final int CROWDED_MILLIS = 2_000;
  private static final int QUEUED_CONNECTIONS = 1_024;
  private static final int WATCH_MILLIS = 5_000;
  private static final int HEAD_WATCH_MILLIS = 500;
  private static final long LEAST_BYTES_A_SECOND = 16 << 10;

  private final Server server;
  private final ServerConnector connector;
  private final GracefulHandler requests;
  private final ScheduledExecutorService clock;
  private final String scheme;
  private final long drainMillis;

  /**
   * How patient the door is, in milliseconds.
   *
   * @param idle with a connection on which nothing happens
   * @param head with a connection on which no whole head of a request has come
   * @param grace with a body, before its rate is judged
   * @param drain with passes under way when the door closes
   */
  record Patience(long idle, long head, long grace, long drain) {
    static final Patience DEFAULT = new Patience(30_000, 10_000, 10_000, 20_000);
  }

  private HttpDoor(
      Server server,
      ServerConnector connector,
      GracefulHandler requests,
      ScheduledExecutorService clock,
      String scheme,
      long drainMillis) {
    this.server = server;
    this.connector = connector;
    this.requests = requests;
    this.clock = clock;
    this.scheme = scheme;
    this.drainMillis = drainMillis;
  }

  /**
   * Opens the door of a gateway, which stays the caller's and is closed after it.
   *
   * @param config with settings of the door
   */
  public static HttpDoor open(GatewayConfig config, Gateway gateway) {
    BrokerWatch broker = new BrokerWatch(config.transport().client().bootstrapServers());
    List<PrivateModel> models = gateway.models();
    HttpDoor door =
        open(
            config.http(),
            models.stream().map(ServedModel::of).toList(),
            broker::isThere,
            Patience.DEFAULT);
    door.repeat(broker, WATCH_MILLIS);
    return door;
  }

  /**
   * Opens a door.
   *
   * @param broker whether the broker is there; must not wait
   */
  static HttpDoor open(
      HttpSettings settings, List<ServedModel> models, BooleanSupplier broker, Patience patience) {
    QueuedThreadPool threads = new QueuedThreadPool(MOST_THREADS, LEAST_THREADS);
    threads.setName("lepcnn-http");
    threads.setDaemon(true);
    Server server = new Server(threads);
    ServerConnector connector = connector(server, settings, patience);
    RecentAnswers recent =
        new RecentAnswers(settings.recent(), settings.recentBytes(), System::nanoTime);
    server.addConnector(connector);
    HeadWatch heads = new HeadWatch(patience.head(), CROWDED_MILLIS, System::nanoTime);
    connector.addBean(heads);
    long crowdedIdle = Math.min(CROWDED_MILLIS, patience.idle());
    server.addBean(new Crowd(settings.connections(), connector, crowdedIdle, heads));
    server.setErrorHandler(new JsonErrors());
    GracefulHandler requests =
        new GracefulHandler(
            new DoorHandler(
                access(settings),
                heads,
                new ServedModels(models, settings.readyPasses(), broker),
                new ClientPlaces(settings.clientRequests(), "http.client.requests"),
                new RequestPasses(recent, threads),
                new BodyReader.Limits(settings.bodyBytes(), patience.grace(), LEAST_BYTES_A_SECOND),
                memory(settings)));
    server.setHandler(requests);
    start(server, settings);
    String scheme = settings.keyStore() == null ? "http" : "https";
    HttpDoor door = new HttpDoor(server, connector, requests, clock(), scheme, patience.drain());
    door.repeat(recent::forgetOld, WATCH_MILLIS);
    door.repeat(heads, HEAD_WATCH_MILLIS);
    return door;
  }

  private static ServerConnector connector(
      Server server, HttpSettings settings, Patience patience) {
    HttpConfiguration http = new HttpConfiguration();
    http.setSendServerVersion(false);
    http.setRequestHeaderSize(HEADER_BYTES);
    ConnectionFactory plain = new HttpConnectionFactory(http);
    ConnectionFactory[] protocols = {plain};
    if (settings.keyStore() != null) {
      SslContextFactory.Server tls = new SslContextFactory.Server();
      tls.setKeyStoreType("PKCS12");
      tls.setKeyStorePath(settings.keyStore().toString());
      tls.setKeyStorePassword(HttpSettings.secret(settings.passwordFile()));
      protocols = new ConnectionFactory[] {new SslConnectionFactory(tls, PROTOCOL), plain};
    }
    ServerConnector connector = new ServerConnector(server, 1, 1, protocols);
    connector.setHost(settings.host());
    connector.setPort(settings.port());
    connector.setIdleTimeout(patience.idle());
    connector.setAcceptQueueSize(QUEUED_CONNECTIONS);
    return connector;
  }

  private static Access access(HttpSettings settings) {
    return settings.tokenFile() == null
        ? Access.ofLoopback(settings.host())
        : Access.ofToken(settings.host(), HttpSettings.secret(settings.tokenFile()));
  }

  /** A quarter of the heap for all bodies, and room for one of them in any case. */
  private static BodyReader.Memory memory(HttpSettings settings) {
    return new BodyReader.Memory(
        Math.max(Runtime.getRuntime().maxMemory() / 4, settings.bodyBytes()));
  }

  private static void start(Server server, HttpSettings settings) {
    try {
      server.start();
    } catch (Exception e) {
      stop(server);
      throw EnvironmentException.about(
              "Opening the HTTP door at " + settings.host() + ":" + settings.port())
          .expected("a free port, and with TLS a key store that its password opens")
          .found(e);
    }
  }

  private static ScheduledExecutorService clock() {
    return Executors.newSingleThreadScheduledExecutor(
        task -> {
          Thread thread = new Thread(task, "lepcnn-http-clock");
          thread.setDaemon(true);
          return thread;
        });
  }

  private void repeat(Runnable task, int millis) {
    Runnable look =
        () -> {
          try {
            task.run();
          } catch (RuntimeException e) { // or it would be the last one
            LOG.error("The HTTP door looks after its connections and answers", e);
          }
        };
    var unused = clock.scheduleWithFixedDelay(look, 0, millis, TimeUnit.MILLISECONDS);
  }

  /** Where it is, such as {@code http://127.0.0.1:8000}. */
  public URI address() {
    String host = connector.getHost();
    String shown = host.contains(":") && !host.startsWith("[") ? "[" + host + "]" : host;
    return URI.create(scheme + "://" + shown + ":" + connector.getLocalPort());
  }

  /** From now on requests are told to come later, elsewhere; those under way are answered. */
  @Override
  public void close() {
    try {
      requests.shutdown().get(drainMillis, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) {
      LOG.warn("The HTTP door closes, and requests under way are not answered");
    }
    clock.shutdownNow();
    stop(server);
  }

  private static void stop(Server server) {
    try {
      server.stop();
    } catch (Exception e) {
      LOG.warn("Closing the HTTP door", e);
    }
  }

  /** What Jetty itself refuses, in the protocol's form. */
  private static final class JsonErrors extends ErrorHandler {
    private static final int SOON_SECONDS = 1;

    @Override
    protected void generateResponse(
        Request request,
        Response response,
        int code,
        @Nullable String message,
        @Nullable Throwable cause,
        Callback callback) {
      Responses.send(answer(code), response, callback);
    }

    /** Its own messages may quote the request. */
    private static DoorAnswer answer(int code) {
      String words = HttpStatus.getMessage(code);
      return DoorAnswer.error(
          code, code == Statuses.UNAVAILABLE ? SOON_SECONDS : 0, "HTTP " + code + ": " + words);
    }
  }
}
