/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.model;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lepcnn.core.model.Fingerprint;
import org.lepcnn.core.model.ModelBundle;
import org.lepcnn.core.port.EdgeErrorCode;
import org.lepcnn.flink.kernel.ModelLease;
import org.lepcnn.flink.kernel.ModelSource;
import org.lepcnn.flink.kernel.ModelWarmUp;
import org.lepcnn.flink.testkit.TestModel;

@Tag("slow")
class PublishedModelsTest {
  private static final Duration WAIT = Duration.ofSeconds(200);

  @TempDir private Path folder;
  private final Map<Fingerprint, PublishedModel> published = new ConcurrentHashMap<>();
  private TestModel model;
  private Fingerprint id;

  @BeforeEach
  void writeModel() {
    model = TestModel.write(folder.resolve("bundle"));
    id = model.bundle().fingerprint();
  }

  @AfterEach
  void close() {
    model.close();
  }

  private PublishedModels open(Function<Path, ModelSource> sources) {
    return new PublishedModels(
        published::get, folder.resolve("cache"), sources, ModelLimits.DEFAULT, ModelWarmUp.NONE);
  }

  private PublishedModels open(ModelLimits limits) {
    return new PublishedModels(
        published::get,
        folder.resolve("cache"),
        PublishedModelsTest::scalar,
        limits,
        ModelWarmUp.NONE);
  }

  static ModelSource scalar(Path modelFolder) {
    return new ModelSource(modelFolder.toString(), "scalar");
  }

  private PublishedModel publish(PublishedModels models, String address, boolean available) {
    PublishedModel record =
        new PublishedModel(id, "test", address, model.bundle().manifest().deviceHash(), available);
    published.put(id, record);
    models.changed(record);
    return record;
  }

  private String edgeHalf() {
    return folder.resolve("bundle").resolve(ModelBundle.EDGE_FILE).toUri().toString();
  }

  private static EdgeErrorCode refusal(PublishedModels models, Fingerprint id) {
    return models.find(id).refusal().code();
  }

  @Test
  void publishedModel_isLoaded_served_andReleasedWhenWithdrawn() throws Exception {
    try (PublishedModels models = open(ModelLimits.DEFAULT)) {
      assertThat(refusal(models, id)).isEqualTo(EdgeErrorCode.UNKNOWN_MODEL);
      publish(models, edgeHalf(), true);
      models.awaitLoaded(WAIT);
      assertThat(models.find(id).model().fingerprint()).isEqualTo(id);
      assertThat(models.loadedCount()).isEqualTo(1);
      assertThat(models.loadedBytes()).isPositive();
      ModelLease share = models.lease(id);
      publish(models, edgeHalf(), false);
      models.awaitLoaded(WAIT);
      assertThat(refusal(models, id)).isEqualTo(EdgeErrorCode.UNKNOWN_MODEL);
      assertThat(models.lease(id)).isNull();
      assertThat(share.ifReady()).as("a batch that is computed keeps its share").isNotNull();
      share.close();
      assertThat(models.loadedCount()).isZero();
      assertThat(folder.resolve("cache").resolve(id.toString())).doesNotExist();
    }
  }

  @Test
  void modelThatIsAskedForFirst_isNotReadyUntilItIsLoaded() throws Exception {
    try (PublishedModels models = open(ModelLimits.DEFAULT)) {
      published.put(
          id,
          new PublishedModel(id, "t", edgeHalf(), model.bundle().manifest().deviceHash(), true));
      assertThat(refusal(models, id)).isEqualTo(EdgeErrorCode.NOT_READY);
      models.awaitLoaded(WAIT);
      assertThat(models.find(id).refusal()).isNull();
    }
  }

  @Test
  void edgeHalfOfAnotherModel_isNotServed() throws Exception {
    try (PublishedModels models = open(ModelLimits.DEFAULT)) {
      Path forged = folder.resolve("forged.lep");
      byte[] bytes = Files.readAllBytes(Path.of(java.net.URI.create(edgeHalf())));
      bytes[bytes.length / 2] ^= 1;
      Files.write(forged, bytes);
      publish(models, forged.toUri().toString(), true);
      models.awaitLoaded(WAIT);
      assertThat(models.find(id).refusal().code()).isEqualTo(EdgeErrorCode.NOT_READY);
      assertThat(models.find(id).refusal().detail()).contains("Verifying an edge half");
      try (var left = Files.list(folder.resolve("cache"))) {
        assertThat(left).isEmpty();
      }
    }
  }

  @Test
  void anotherModelInTheCache_isNotServed() throws Exception {
    Path cached = Files.createDirectories(folder.resolve("cache").resolve(id.toString()));
    TestModel.writeOther(cached).close();
    try (PublishedModels models = open(ModelLimits.DEFAULT)) {
      publish(models, edgeHalf(), true);
      models.awaitLoaded(WAIT);
      assertThat(models.find(id).refusal().detail()).contains("another model");
      assertThat(cached).doesNotExist();
    }
  }

  @Test
  void damagedCache_isFetchedAgain() throws Exception {
    Path cached = folder.resolve("cache").resolve(id.toString());
    try (PublishedModels models = open(ModelLimits.DEFAULT)) {
      publish(models, edgeHalf(), true);
      models.awaitLoaded(WAIT);
    }
    Files.write(cached.resolve(ModelBundle.EDGE_FILE), new byte[] {1, 2, 3});
    try (PublishedModels models = open(ModelLimits.DEFAULT)) {
      publish(models, edgeHalf(), true);
      models.awaitLoaded(WAIT);
      assertThat(models.find(id).refusal().detail()).contains("cannot be loaded");
      assertThat(cached).doesNotExist();
    }
    try (PublishedModels models = open(ModelLimits.DEFAULT)) {
      publish(models, edgeHalf(), true);
      models.awaitLoaded(WAIT);
      assertThat(models.find(id).refusal()).isNull();
    }
  }

  @Test
  void tooLargeAndForeignAddresses_areRefused() throws Exception {
    try (PublishedModels models = open(new ModelLimits(4, 1 << 20, 1_000))) {
      publish(models, edgeHalf(), true);
      models.awaitLoaded(WAIT);
      assertThat(models.find(id).refusal().detail()).contains("expected at most 1000 bytes");
    }
    published.clear();
    for (String address :
        new String[] {"ftp://localhost/x", "edge.lep", "file:///absent", "not an address", ""}) {
      try (PublishedModels models = open(ModelLimits.DEFAULT)) {
        publish(models, address, true);
        models.awaitLoaded(WAIT);
        assertThat(models.find(id).refusal().detail()).contains("Fetching a model");
      }
    }
  }

  @Test
  void fullPool_keepsWhatIsInUse() throws Exception {
    try (PublishedModels models = open(new ModelLimits(1, 1, 1L << 30))) {
      publish(models, edgeHalf(), true);
      models.awaitLoaded(WAIT);
      assertThat(models.find(id).refusal().detail()).contains("as many models as it may");
    }
  }

  /** No kernel but the scalar one is exact for it, and that one would hold up everybody. */
  @Test
  void modelWithAnExpensiveScalarLayer_isRefused_unlessTheOperatorWantsIt() throws Exception {
    TestModel slow = TestModel.writeScalarOnly(folder.resolve("slow"));
    Fingerprint slowId = slow.bundle().fingerprint();
    for (ModelSource wanted :
        List.of(
            new ModelSource("", "onnxruntime", false),
            new ModelSource("", "onnxruntime", true),
            new ModelSource("", "scalar", false))) {
      try (PublishedModels models =
          open(path -> new ModelSource(path.toString(), wanted.kernel(), wanted.allowScalar()))) {
        publish(models, edgeHalf(), true);
        PublishedModel record =
            new PublishedModel(
                slowId,
                "slow",
                folder.resolve("slow").resolve(ModelBundle.EDGE_FILE).toUri().toString(),
                slow.bundle().manifest().deviceHash(),
                true);
        published.put(slowId, record);
        models.changed(record);
        models.awaitLoaded(WAIT);
        assertThat(models.find(id).refusal()).as("others go on").isNull();
        if (wanted.kernel().equals("scalar") || wanted.allowScalar()) {
          assertThat(models.find(slowId).refusal()).isNull();
          assertThat(models.scalarLayers()).isPositive();
        } else {
          ModelState refused = models.find(slowId);
          assertThat(refused.refusal().code()).isEqualTo(EdgeErrorCode.MODEL_REFUSED);
          assertThat(refused.refusal().detail()).contains("layer 0", "4194304", "--allow-scalar");
          assertThat(refused.isComing()).isFalse();
          assertThat(folder.resolve("cache").resolve(slowId.toString())).exists();
        }
      }
    }
  }

  /** A pipe that nobody writes to, and a device that never ends, hold nobody up. */
  @Test
  void pipesAndDevices_areRefused_andTheNextModelLoads() throws Exception {
    Path pipe = folder.resolve("pipe");
    assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
    for (String address : List.of(pipe.toUri().toString(), "file:///dev/zero", "file:///dev/tty")) {
      try (PublishedModels models = open(ModelLimits.DEFAULT)) {
        publish(models, address, true);
        models.awaitLoaded(WAIT);
        assertThat(models.find(id).refusal().detail())
            .as(address)
            .contains("expected a regular file");
      }
    }
    try (PublishedModels models = open(ModelLimits.DEFAULT)) {
      publish(models, edgeHalf(), true);
      models.awaitLoaded(WAIT);
      assertThat(models.find(id).refusal()).isNull();
    }
  }

  /** One byte now and then is progress, and has an end all the same. */
  @Test
  void httpServer_thatDrips_isGivenUpInTime() throws Exception {
    HttpServer server = serve(new byte[1]);
    server.createContext(
        "/drip",
        exchange -> {
          exchange.sendResponseHeaders(200, 1_000_000);
          try (var body = exchange.getResponseBody()) {
            while (!Thread.currentThread().isInterrupted()) {
              body.write(1);
              body.flush();
              Thread.sleep(20);
            }
          } catch (InterruptedException | IOException e) {
            // the other side has gone
          }
        });
    String address = "http://127.0.0.1:" + server.getAddress().getPort() + "/drip";
    try {
      org.assertj.core.api.Assertions.assertThatThrownBy(
              () -> new ModelFetch(2_000_000, Duration.ofMillis(500)).get(address))
          .hasMessageContaining("Fetching a model");
    } finally {
      server.stop(0);
    }
  }

  @Test
  void httpServer_isAskedForTheFile() throws Exception {
    byte[] file = Files.readAllBytes(Path.of(java.net.URI.create(edgeHalf())));
    HttpServer server = serve(file);
    String address = "http://127.0.0.1:" + server.getAddress().getPort();
    try (PublishedModels models = open(ModelLimits.DEFAULT)) {
      publish(models, address + "/edge.lep", true);
      models.awaitLoaded(WAIT);
      assertThat(models.find(id).refusal()).isNull();
    } finally {
      server.stop(0);
    }
  }

  @Test
  void httpServer_thatSendsTooMuchOrSomethingElse_isRefused() throws Exception {
    HttpServer server = serve(new byte[100_000]);
    String address = "http://127.0.0.1:" + server.getAddress().getPort();
    try {
      ModelFetch small = new ModelFetch(10_000, WAIT);
      org.assertj.core.api.Assertions.assertThatThrownBy(() -> small.get(address + "/edge.lep"))
          .hasMessageContaining("expected at most 10000 bytes");
      org.assertj.core.api.Assertions.assertThatThrownBy(() -> small.get(address + "/absent"))
          .hasMessageContaining("status 404");
      org.assertj.core.api.Assertions.assertThatThrownBy(
              () -> new ModelFetch(10_000, Duration.ofMillis(300)).get(address + "/slow"))
          .hasMessageContaining("Fetching a model");
    } finally {
      server.stop(0);
    }
  }

  private static HttpServer serve(byte[] file) throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/edge.lep",
        exchange -> {
          exchange.sendResponseHeaders(200, file.length);
          try (var body = exchange.getResponseBody()) {
            body.write(file);
          }
        });
    server.createContext("/slow", exchange -> exchange.sendResponseHeaders(200, 1_000));
    server.start();
    return server;
  }
}
