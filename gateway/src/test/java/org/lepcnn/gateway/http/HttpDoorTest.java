/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.core.error.LepcnnException;
import org.lepcnn.core.port.EdgeErrorCode;
import org.lepcnn.core.port.EdgeRefusedException;
import org.lepcnn.core.quant.NonFiniteActivationException;
import org.lepcnn.device.integrity.IntegrityException;
import org.lepcnn.device.stage.HostTensor;
import org.lepcnn.device.supply.DryTablesException;
import org.lepcnn.device.supply.QuarantinedException;
import org.lepcnn.gateway.BusyException;
import org.lepcnn.gateway.HttpSettings;
import org.lepcnn.gateway.protocol.DoorAnswer;
import org.lepcnn.gateway.protocol.FakeModel;
import org.lepcnn.json.Json;

/** What a client gets, over real sockets, of models without an edge. */
class HttpDoorTest {
  private static final String PICTURE =
      "{\"name\":\"picture\",\"shape\":[1,2,3],\"datatype\":\"FP32\",\"data\":[1,2.5,3,4,5,6]}";
  private static final String REQUEST = "{\"inputs\":[" + PICTURE + "]}";

  private final FakeModel hall = FakeModel.doubling("hall");
  private final FakeModel attic = FakeModel.doubling("attic");
  private final DoorFixture door = new DoorFixture(DoorFixture.settings(), hall, attic);

  @AfterEach
  void close() {
    door.close();
  }

  private static String withId(String id) {
    return "{\"id\":\"" + id + "\",\"inputs\":[" + PICTURE + "]}";
  }

  @Test
  void serverAndModels_areDescribed() throws Exception {
    Json server = DoorFixture.json(door.get("/v2"));
    assertThat(server.at("name").asText()).isEqualTo("lepcnn");
    assertThat(server.at("extensions").items().get(0).asText()).isEqualTo("binary_tensor_data");
    for (String path : List.of("/v2/models/hall", "/v2/models/hall/versions/0123456789ab/")) {
      assertThat(DoorFixture.text(door.get(path)))
          .isEqualTo(
              "{\"name\":\"hall\",\"versions\":[\"0123456789ab\"],\"platform\":\"lepcnn\","
                  + "\"inputs\":[{\"name\":\"picture\",\"datatype\":\"FP32\",\"shape\":[1,2,3]}],"
                  + "\"outputs\":[{\"name\":\"doubled\",\"datatype\":\"FP32\",\"shape\":[1,2,3]},"
                  + "{\"name\":\"sum\",\"datatype\":\"INT64\",\"shape\":[1]}]}");
    }
  }

  @Test
  void index_tellsEveryModelsState() throws Exception {
    String hallIsReady = "{\"name\":\"hall\",\"version\":\"0123456789ab\",\"state\":\"READY\"}";
    attic.passesLeft = 0;
    for (String body : List.of("", "{}", "{\"ready\":false}")) {
      assertThat(DoorFixture.text(index(body)))
          .isEqualTo(
              "[{\"name\":\"attic\",\"version\":\"0123456789ab\",\"state\":\"UNAVAILABLE\","
                  + "\"reason\":\"the tables of attic run low\"},"
                  + hallIsReady
                  + "]");
    }
    assertThat(DoorFixture.text(index("{\"ready\":true}"))).isEqualTo("[" + hallIsReady + "]");
    for (String body : List.of("[", "true", "{\"ready\":\"yes\"}", "{\"ready\":1}")) {
      assertThat(index(body).statusCode()).as(body).isEqualTo(400);
    }
    assertThat(index(" ".repeat(2_000)).statusCode()).isEqualTo(413);
    assertThat(door.get("/v2/repository/index").statusCode()).isEqualTo(405);
  }

  private HttpResponse<byte[]> index(String body) throws Exception {
    return door.send(door.post("/v2/repository/index", body.getBytes(StandardCharsets.UTF_8)));
  }

  @Test
  void description_isServed() throws Exception {
    HttpResponse<byte[]> response = door.get("/openapi.yaml");
    assertThat(response.body()).isEqualTo(DoorHandler.description());
    assertThat(response.headers().firstValue("Content-Type")).contains("application/yaml");
  }

  @Test
  void json_isAnsweredInJson_withoutAContentType() throws Exception {
    HttpResponse<byte[]> response = door.infer("hall", withId("42"));
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(DoorFixture.text(response))
        .isEqualTo(
            "{\"model_name\":\"hall\",\"model_version\":\"0123456789ab\",\"id\":\"42\","
                + "\"parameters\":{\"pass\":0},\"outputs\":["
                + "{\"name\":\"doubled\",\"datatype\":\"FP32\",\"shape\":[1,2,3],"
                + "\"data\":[2.0,5.0,6.0,8.0,10.0,12.0]},"
                + "{\"name\":\"sum\",\"datatype\":\"INT64\",\"shape\":[1],\"data\":[21]}]}");
    assertThat(response.headers().firstValue(DoorAnswer.JSON_LENGTH)).isEmpty();
  }

  @Test
  void binaryTensors_goBothWays() throws Exception {
    byte[] json =
        ("{\"inputs\":[{\"name\":\"picture\",\"shape\":[1,2,3],\"datatype\":\"FP32\","
                + "\"parameters\":{\"binary_data_size\":24}}],"
                + "\"outputs\":[{\"name\":\"sum\"},"
                + "{\"name\":\"doubled\",\"parameters\":{\"binary_data\":true}}]}")
            .getBytes(StandardCharsets.UTF_8);
    ByteBuffer body =
        ByteBuffer.allocate(json.length + 24).order(ByteOrder.LITTLE_ENDIAN).put(json);
    for (int i = 1; i <= 6; i++) {
      body.putFloat(i);
    }
    HttpResponse<byte[]> response =
        door.infer("hall", body.array(), DoorAnswer.JSON_LENGTH, String.valueOf(json.length));
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.headers().firstValue("Content-Type")).contains("application/octet-stream");
    int end = (int) response.headers().firstValueAsLong(DoorAnswer.JSON_LENGTH).orElseThrow();
    Json answer = Json.parse(new String(response.body(), 0, end, StandardCharsets.UTF_8));
    List<Json> outputs = answer.at("outputs").items();
    assertThat(outputs.get(0).at("data").items().get(0).asLong()).isEqualTo(21);
    assertThat(outputs.get(1).has("data")).isFalse();
    assertThat(outputs.get(1).at("parameters").at("binary_data_size").asLong()).isEqualTo(24);
    ByteBuffer tensor =
        ByteBuffer.wrap(response.body(), end, 24).slice().order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 1; i <= 6; i++) {
      assertThat(tensor.getFloat()).isEqualTo(2 * i);
    }
    assertThat(response.body()).hasSize(end + 24);
  }

  @Test
  void whatIsNoRouteModelOrVersion_isNotFound() throws Exception {
    for (String path :
        List.of(
            "/",
            "/v3",
            "/v2/models",
            "/v2/models/cellar",
            "/v2/models/Hall",
            "/v2/models/hall/versions/1",
            "/v2/models/hall/versions/1/ready")) {
      HttpResponse<byte[]> response = door.get(path);
      assertThat(response.statusCode()).as(path).isEqualTo(404);
      assertThat(DoorFixture.error(response)).as(path).contains("expected");
    }
    assertThat(door.infer("hall/versions/2", REQUEST).statusCode()).isEqualTo(404);
    assertThat(hall.passes).hasValue(0);
  }

  @Test
  void anotherMethod_isNotAllowed() throws Exception {
    HttpResponse<byte[]> response = door.get("/v2/models/hall/infer");
    assertThat(response.statusCode()).isEqualTo(405);
    assertThat(response.headers().firstValue("Allow")).contains("POST");
    response = door.send(door.post("/v2/health/live", new byte[0]));
    assertThat(response.statusCode()).isEqualTo(405);
    assertThat(response.headers().firstValue("Allow")).contains("GET");
    HttpRequest head =
        HttpRequest.newBuilder(door.uri("/v2")).method("HEAD", BodyPublishers.noBody()).build();
    assertThat(door.send(head).statusCode()).isEqualTo(200);
  }

  @Test
  void badRequests_areRefusedBeforeAPass() throws Exception {
    for (String body :
        List.of("", "{", "[]", "{\"inputs\":[]}", REQUEST + "x", REQUEST.replace("6", "\"6\""))) {
      HttpResponse<byte[]> response = door.infer("hall", body);
      assertThat(response.statusCode()).as(body).isEqualTo(400);
      assertThat(DoorFixture.error(response)).as(body).contains("expected");
    }
    assertThat(door.infer("hall", REQUEST, DoorAnswer.JSON_LENGTH, "x").statusCode())
        .isEqualTo(400);
    assertThat(door.infer("hall", REQUEST, DoorAnswer.JSON_LENGTH, "100000").statusCode())
        .isEqualTo(400);
    assertThat(hall.passes).hasValue(0);
  }

  @Test
  void aBodyOverTheLimit_isTooLarge_announcedOrNot() throws Exception {
    try (DoorFixture small = new DoorFixture(DoorFixture.limits(2_000, 8, 8), hall)) {
      String padded = REQUEST + " ".repeat(2_000);
      assertThat(small.infer("hall", padded).statusCode()).isEqualTo(413);
      HttpRequest chunked =
          HttpRequest.newBuilder(small.uri("/v2/models/hall/infer"))
              .POST(
                  BodyPublishers.fromPublisher(
                      BodyPublishers.ofString(padded, StandardCharsets.UTF_8)))
              .build();
      assertThat(small.send(chunked).statusCode()).isEqualTo(413);
      String fitting = REQUEST + " ".repeat(2_000 - REQUEST.length());
      assertThat(small.infer("hall", fitting).statusCode()).isEqualTo(200);
    }
  }

  @Test
  void aCompressedBody_isRefused() throws Exception {
    assertThat(door.infer("hall", REQUEST, "Content-Encoding", "gzip").statusCode()).isEqualTo(415);
  }

  /** A failure, its status, and how long a client is asked to wait. */
  private record Failed(RuntimeException failure, int status, String retryAfter) {}

  @Test
  void failuresOfPasses_haveTheirStatuses() throws Exception {
    List<Failed> failures = new ArrayList<>();
    failures.add(new Failed(new NonFiniteActivationException(), 400, null));
    failures.add(
        new Failed(
            new IntegrityException(IntegrityException.Kind.CHECK_FAILED, "layer 1"), 424, null));
    failures.add(new Failed(new QuarantinedException("no more"), 424, null));
    failures.add(
        new Failed(new EdgeRefusedException(EdgeErrorCode.UNKNOWN_MODEL, "which"), 424, null));
    failures.add(
        new Failed(new EdgeRefusedException(EdgeErrorCode.QUOTA_EXCEEDED, "later"), 503, "5"));
    failures.add(new Failed(new EnvironmentException("no broker"), 503, "5"));
    failures.add(new Failed(new DryTablesException("dry"), 503, "60"));
    failures.add(new Failed(new IllegalStateException("a defect"), 500, null));
    for (Failed failed : failures) {
      hall.pass = inputs -> CompletableFuture.failedFuture(failed.failure());
      HttpResponse<byte[]> response = door.infer("hall", REQUEST);
      String what = failed.failure().getClass().getSimpleName();
      assertThat(response.statusCode()).as(what).isEqualTo(failed.status());
      assertThat(response.headers().firstValue("Retry-After").orElse(null))
          .as(what)
          .isEqualTo(failed.retryAfter());
      boolean told = failed.failure() instanceof LepcnnException;
      assertThat(DoorFixture.error(response).contains(failed.failure().getMessage()))
          .as(what)
          .isEqualTo(told);
    }
  }

  @Test
  void aFullQueue_isUnavailableForASecond() throws Exception {
    hall.pass =
        inputs -> {
          throw new BusyException("full");
        };
    HttpResponse<byte[]> response = door.infer("hall", withId("1"));
    assertThat(response.statusCode()).isEqualTo(503);
    assertThat(response.headers().firstValue("Retry-After")).contains("1");
    hall.pass = inputs -> CompletableFuture.completedFuture(FakeModel.doubled(inputs));
    assertThat(door.infer("hall", withId("1")).statusCode()).isEqualTo(200);
  }

  @Test
  void aRepetition_getsTheSamePass_whetherItEndedOrNot() throws Exception {
    CompletableFuture<Map<String, HostTensor>> outputs = new CompletableFuture<>();
    CountDownLatch begun = new CountDownLatch(1);
    hall.pass =
        inputs -> {
          begun.countDown();
          return outputs.thenApply(ignored -> FakeModel.doubled(inputs));
        };
    CompletableFuture<HttpResponse<byte[]>> first = door.inferAsync("hall", withId("7"));
    begun.await();
    CompletableFuture<HttpResponse<byte[]>> second = door.inferAsync("hall", withId("7"));
    assertThat(outputs.complete(Map.of())).isTrue();
    byte[] answer = first.join().body();
    assertThat(second.join().body()).isEqualTo(answer);
    assertThat(door.infer("hall", withId("7")).body()).isEqualTo(answer);
    assertThat(hall.passes).hasValue(1);
    assertThat(door.infer("hall", withId("8")).statusCode()).isEqualTo(200);
    assertThat(door.infer("hall", withId("7").replace("2.5", "3.5")).statusCode()).isEqualTo(200);
    assertThat(hall.passes).hasValue(3);
    assertThat(door.infer("attic", withId("7")).statusCode()).isEqualTo(200);
    assertThat(attic.passes).hasValue(1);
  }

  @Test
  void requestsWithoutAnId_areNeverTheSame() throws Exception {
    door.infer("hall", REQUEST);
    door.infer("hall", REQUEST);
    door.infer("hall", withId(""));
    door.infer("hall", withId(""));
    assertThat(hall.passes).hasValue(4);
  }

  @Test
  void aFailedCheck_isNotRepeatedUnderTheSameId() throws Exception {
    hall.pass =
        inputs ->
            CompletableFuture.failedFuture(
                new IntegrityException(IntegrityException.Kind.CHECK_FAILED, "layer 1"));
    assertThat(door.infer("hall", withId("1")).statusCode()).isEqualTo(424);
    assertThat(door.infer("hall", withId("1")).statusCode()).isEqualTo(424);
    assertThat(hall.passes).hasValue(1);
  }

  @Test
  void readiness_isThatOfTablesQuarantineAndBroker() throws Exception {
    assertThat(door.get("/v2/health/live").statusCode()).isEqualTo(200);
    assertReady("/v2/health/ready", true, "");
    hall.passesLeft = 0;
    assertReady("/v2/health/ready", false, "tables of hall");
    assertReady("/v2/models/hall/ready", false, "tables of hall");
    assertReady("/v2/models/attic/versions/0123456789ab/ready", true, "");
    hall.passesLeft = 1;
    assertReady("/v2/models/hall/ready", true, "");
    attic.quarantined = true;
    assertReady("/v2/health/ready", false, "quarantine");
    assertReady("/v2/models/hall/ready", true, "");
    AtomicBoolean broker = new AtomicBoolean();
    try (HttpDoor away =
        HttpDoor.open(DoorFixture.settings(), List.of(hall), broker::get, DoorFixture.PATIENT)) {
      HttpRequest ready =
          HttpRequest.newBuilder(away.address().resolve("/v2/health/ready")).build();
      assertThat(DoorFixture.text(door.send(ready))).contains("broker is away");
      broker.set(true);
      assertThat(door.send(ready).statusCode()).isEqualTo(200);
    }
  }

  private void assertReady(String path, boolean ready, String reason) throws Exception {
    HttpResponse<byte[]> response = door.get(path);
    assertThat(response.statusCode()).isEqualTo(ready ? 200 : 400);
    Json answer = DoorFixture.json(response);
    assertThat(answer.at("ready").asBoolean()).isEqualTo(ready);
    assertThat(answer.has("reason") ? answer.at("reason").asText() : "").contains(reason);
  }

  @Test
  void oneClient_leavesRoomForOthers() throws Exception {
    CompletableFuture<Map<String, HostTensor>> outputs = new CompletableFuture<>();
    CountDownLatch begun = new CountDownLatch(2);
    hall.pass =
        inputs -> {
          begun.countDown();
          return outputs.thenApply(ignored -> FakeModel.doubled(inputs));
        };
    try (DoorFixture two = new DoorFixture(DoorFixture.limits(1 << 20, 64, 2), hall)) {
      List<CompletableFuture<HttpResponse<byte[]>>> running =
          List.of(two.inferAsync("hall", REQUEST), two.inferAsync("hall", REQUEST));
      begun.await();
      HttpResponse<byte[]> third = two.infer("hall", REQUEST);
      assertThat(third.statusCode()).isEqualTo(429);
      assertThat(third.headers().firstValue("Retry-After")).contains("1");
      assertThat(outputs.complete(Map.of())).isTrue();
      for (CompletableFuture<HttpResponse<byte[]>> each : running) {
        assertThat(each.join().statusCode()).isEqualTo(200);
      }
      assertThat(two.infer("hall", REQUEST).statusCode()).isEqualTo(200);
    }
  }

  @Test
  void closing_answersWhatIsUnderWay_andRefusesTheRest() throws Exception {
    CompletableFuture<Map<String, HostTensor>> outputs = new CompletableFuture<>();
    CountDownLatch begun = new CountDownLatch(1);
    hall.pass =
        inputs -> {
          begun.countDown();
          return outputs.thenApply(ignored -> FakeModel.doubled(inputs));
        };
    CompletableFuture<HttpResponse<byte[]>> running = door.inferAsync("hall", REQUEST);
    begun.await();
    CompletableFuture<Void> closed = CompletableFuture.runAsync(door::close);
    while (isOpen()) {
      Thread.onSpinWait();
    }
    assertThat(closed).isNotDone();
    assertThat(outputs.complete(Map.of())).isTrue();
    assertThat(running.join().statusCode()).isEqualTo(200);
    closed.join();
  }

  private boolean isOpen() throws InterruptedException {
    try {
      return door.get("/v2/health/live").statusCode() == 200;
    } catch (IOException e) {
      return false;
    }
  }

  @Test
  void aTakenPort_isNamed() {
    int port = door.door.address().getPort();
    assertThatThrownBy(
            () ->
                HttpDoor.open(
                    new HttpSettings(
                        "127.0.0.1", port, null, null, null, 1, 1, 1, 1, Duration.ZERO, 1),
                    List.of(),
                    () -> true,
                    DoorFixture.PATIENT))
        .isInstanceOf(EnvironmentException.class)
        .hasMessageContaining("127.0.0.1:" + port);
  }
}
