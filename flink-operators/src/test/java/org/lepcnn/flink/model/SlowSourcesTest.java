/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lepcnn.core.model.Fingerprint;
import org.lepcnn.core.model.ModelBundle;
import org.lepcnn.flink.kernel.ModelWarmUp;
import org.lepcnn.flink.testkit.TestModel;

/** Models whose sources stall, beside models whose sources do not. */
class SlowSourcesTest {
  private static final Duration WAIT = Duration.ofSeconds(60);
  private static final int BUDGET = 100_000;

  @TempDir private Path folder;
  private final Map<Fingerprint, PublishedModel> published = new ConcurrentHashMap<>();
  private final CountDownLatch stalls = new CountDownLatch(ModelFetches.THREADS);
  private final CountDownLatch ends = new CountDownLatch(1);
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private HttpServer server;
  private TestModel model;

  @BeforeEach
  void start() throws IOException {
    model = TestModel.write(folder.resolve("bundle"));
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext("/stall", exchange -> stall(exchange, BUDGET - 1_000));
    server.createContext("/file", exchange -> send(exchange, 50_000));
    server.createContext("/stream", exchange -> send(exchange, 0));
    server.start();
  }

  @AfterEach
  void stop() {
    ends.countDown();
    server.stop(0);
    threads.shutdownNow();
    model.close();
  }

  @Test
  void sourceThatStalls_holdsUpNoOtherModel() {
    try (PublishedModels models = open()) {
      publish(models, stalling(0), true);
      publish(models, good(), true);
      awaitModel(models);
      assertThat(models.find(stalling(0).id()).isComing()).isTrue();
    }
  }

  @Test
  void withdrawal_endsAFetchInProgress() throws InterruptedException {
    try (PublishedModels models = open()) {
      for (int i = 0; i < ModelFetches.THREADS; i++) {
        publish(models, stalling(i), true);
      }
      stalls.await();
      publish(models, good(), true);
      publish(models, stalling(2), false);
      awaitModel(models);
      assertThat(folder.resolve("cache").resolve(stalling(2).id().toString())).doesNotExist();
    }
  }

  @Test
  void fetchesBesideOneAnother_holdNoMoreThanOneFileMayHave() {
    ModelFetch fetch = new ModelFetch(BUDGET, WAIT);
    FutureThread stalling = FutureThread.of(() -> fetch.get(address("/stall")));
    until(() -> stalls.getCount() < ModelFetches.THREADS && isHeld(fetch));
    FutureThread waiting = FutureThread.of(() -> fetch.get(address("/file")));
    assertThat(waiting.result).isNotDone();
    stalling.thread.interrupt();
    assertThat(waiting.result.join()).hasSize(50_000);
    assertThatThrownBy(stalling.result::join).hasMessageContaining("Fetching a model");
    assertThat(fetch.get(address("/stream"))).as("all is given back").hasSize(50_000);
  }

  /** Whether what says no length finds no memory. */
  private boolean isHeld(ModelFetch fetch) {
    try {
      fetch.get(address("/stream"));
      return false;
    } catch (RuntimeException e) {
      assertThat(e).hasMessageContaining("that all models being fetched share");
      return true;
    }
  }

  private record FutureThread(Thread thread, CompletableFuture<byte[]> result) {
    static FutureThread of(java.util.function.Supplier<byte[]> work) {
      CompletableFuture<byte[]> result = new CompletableFuture<>();
      Thread thread =
          new Thread(
              () -> {
                try {
                  result.complete(work.get());
                } catch (RuntimeException e) {
                  result.completeExceptionally(e);
                }
              });
      thread.setDaemon(true);
      thread.start();
      return new FutureThread(thread, result);
    }
  }

  private PublishedModels open() {
    return new PublishedModels(
        published::get,
        folder.resolve("cache"),
        PublishedModelsTest::scalar,
        ModelLimits.DEFAULT,
        ModelWarmUp.NONE);
  }

  private PublishedModel good() {
    Path file = folder.resolve("bundle").resolve(ModelBundle.EDGE_FILE);
    return new PublishedModel(
        model.bundle().fingerprint(),
        "good",
        file.toUri().toString(),
        model.bundle().manifest().deviceHash(),
        true);
  }

  /** A model of which nobody will ever see a byte. */
  private PublishedModel stalling(int number) {
    byte[] id = new byte[32];
    id[0] = (byte) (number + 1);
    return new PublishedModel(
        Fingerprint.of(id), "stalling " + number, address("/stall"), new byte[32], true);
  }

  private void publish(PublishedModels models, PublishedModel as, boolean available) {
    PublishedModel record =
        new PublishedModel(as.id(), as.name(), as.edgeHalf(), as.deviceHash(), available);
    published.put(as.id(), record);
    models.changed(record);
  }

  private void awaitModel(PublishedModels models) {
    until(() -> models.find(good().id()).model() != null);
  }

  private static void until(java.util.function.BooleanSupplier condition) {
    long deadline = System.nanoTime() + WAIT.toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime() - deadline).as("in time").isNegative();
      Thread.onSpinWait();
    }
  }

  private String address(String path) {
    return "http://127.0.0.1:" + server.getAddress().getPort() + path;
  }

  private void stall(HttpExchange exchange, long length) throws IOException {
    exchange.sendResponseHeaders(200, length);
    exchange.getResponseBody().flush();
    stalls.countDown();
    try {
      ends.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    exchange.close();
  }

  private static void send(HttpExchange exchange, long length) throws IOException {
    exchange.sendResponseHeaders(200, length);
    try (var body = exchange.getResponseBody()) {
      body.write(new byte[50_000]);
    }
  }
}
