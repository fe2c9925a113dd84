/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.gateway.mqtt;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.device.integrity.IntegrityException;
import org.lepcnn.device.stage.HostTensor;
import org.lepcnn.device.supply.DryTablesException;
import org.lepcnn.gateway.protocol.FakeModel;
import org.lepcnn.gateway.protocol.RecentAnswers;
import org.lepcnn.json.Json;

/** What becomes of messages, without a broker. */
class SensorRequestsTest {
  private static final String INFER = "lepcnn/hall/infer";
  private static final String REQUEST =
      "{\"inputs\":[{\"name\":\"picture\",\"shape\":[1,2,3],\"datatype\":\"FP32\","
          + "\"data\":[1,2.5,3,4,5,6]}]}";
  private static final int MOST_BYTES = 4_096;

  private final FakeModel hall = FakeModel.doubling("hall");
  private final Deliveries deliveries = new Deliveries(4);
  private final List<Reply> replies = new ArrayList<>();
  private final List<String> acknowledged = new ArrayList<>();
  private boolean brokerTakes = true;
  private final SensorRequests requests =
      new SensorRequests(
          new DoorTopics("lepcnn", "home"),
          new SensorRequests.Limits(MOST_BYTES, 4, 2),
          List.of(hall),
          deliveries,
          new RecentAnswers(Duration.ofMinutes(5), 1 << 20, System::nanoTime),
          Runnable::run,
          reply -> {
            replies.add(reply);
            return CompletableFuture.completedFuture(brokerTakes);
          });

  private static SensorMessage message(String payload, String response, String correlation) {
    return message(payload.getBytes(UTF_8), null, null, response, correlation);
  }

  private static SensorMessage message(
      byte[] payload, String contentType, String jsonBytes, String response, String correlation) {
    return new SensorMessage(
        INFER,
        payload,
        contentType,
        jsonBytes,
        response,
        correlation == null ? null : correlation.getBytes(UTF_8),
        false,
        true);
  }

  private void take(SensorMessage message) {
    requests.take(message, () -> acknowledged.add(message.topic()));
  }

  private Json last() {
    return Json.parse(new String(replies.get(replies.size() - 1).payload(), UTF_8));
  }

  private void assertRefused(SensorMessage message, int status, String words) {
    long passes = hall.passes.get();
    int before = replies.size();
    take(message);
    assertThat(replies).hasSize(before + 1);
    assertThat(acknowledged).hasSize(before + 1);
    assertThat(last().at("status").asLong()).isEqualTo((long) status);
    assertThat(last().at("error").asText()).contains(words);
    assertThat(hall.passes).hasValue(passes);
  }

  @Test
  void aRequest_isAnsweredWhereItSays_withItsCorrelationData() {
    take(message(REQUEST, "sensors/17", "c1"));
    assertThat(replies.get(0).topic()).isEqualTo("sensors/17");
    assertThat(replies.get(0).correlation()).isEqualTo("c1".getBytes(UTF_8));
    assertThat(last().at("model_name").asText()).isEqualTo("hall");
    assertThat(last().at("outputs").items().get(1).at("data").items().get(0).asLong())
        .isEqualTo(21);
    assertThat(acknowledged).hasSize(1);
    assertThat(deliveries.underWay()).isZero();
  }

  @Test
  void withoutAResponseTopic_theAnswerGoesToTheSessions() {
    take(message(REQUEST, null, null));
    assertThat(replies.get(0).topic()).isEqualTo("lepcnn/hall/answers");
    assertThat(replies.get(0).correlation()).isNull();
  }

  @Test
  void anAnswerThatIsNotSent_leavesItsRequestAtTheBroker() {
    brokerTakes = false;
    take(message(REQUEST, null, null));
    assertThat(acknowledged).isEmpty();
    assertThat(deliveries.underWay()).isZero();
  }

  @Test
  void nothingIsAcknowledgedBeforeItsAnswer() {
    CompletableFuture<Map<String, HostTensor>> pass = new CompletableFuture<>();
    hall.pass = inputs -> pass;
    take(message(REQUEST, null, "slow"));
    take(message("{", null, "bad"));
    assertThat(acknowledged).hasSize(1);
    pass.complete(FakeModel.doubled(Map.of("picture", HostTensor.of(new float[6], 1, 2, 3))));
    assertThat(acknowledged).hasSize(2);
  }

  @Test
  void whatIsNoRequest_isRefusedWithoutAPass() {
    assertRefused(message("", null, null), 400, "a JSON object");
    assertRefused(message("{", null, null), 400, "one JSON object");
    assertRefused(message(REQUEST.replace("FP32", "FP64"), null, null), 400, "FP32");
    assertRefused(message(" ".repeat(MOST_BYTES + 1), null, null), 413, "mqtt.payload.bytes");
    byte[] body = REQUEST.getBytes(UTF_8);
    assertRefused(message(body, "text/html", null, null, null), 415, "text/html");
    assertRefused(message(body, null, "x", null, null), 400, "a number of bytes");
    assertRefused(message(body, null, "5000", null, null), 400, "at most");
    assertRefused(message(body, PayloadReader.NPY, null, null, null), 400, "NumPy");
    assertRefused(message(body, "image/png", null, null, null), 400, "the payload");
  }

  @Test
  void anotherSession_isNotFound() {
    assertRefused(
        new SensorMessage(
            "lepcnn/cellar/infer", REQUEST.getBytes(UTF_8), null, null, null, null, false, true),
        404,
        "cellar");
    assertThat(replies.get(0).topic()).isEqualTo("lepcnn/cellar/answers");
  }

  @Test
  void aResponseTopicThatIsNone_isRefused_andToldToTheSession() {
    for (String topic :
        List.of("lepcnn/hall/infer", "a/#", "$SYS/x", "lepcnn/gateway/home/state")) {
      assertRefused(message(REQUEST, topic, topic), 400, "Response topic");
      assertThat(replies.get(replies.size() - 1).topic()).isEqualTo("lepcnn/hall/answers");
    }
  }

  @Test
  void binaryTensorsAndArrays_areRead() {
    byte[] json =
        ("{\"parameters\":{\"binary_data_output\":true},\"inputs\":[{\"name\":\"picture\","
                + "\"shape\":[1,2,3],\"datatype\":\"FP32\","
                + "\"parameters\":{\"binary_data_size\":24}}]}")
            .getBytes(UTF_8);
    ByteBuffer tensor = ByteBuffer.allocate(24).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 1; i <= 6; i++) {
      tensor.putFloat(i);
    }
    byte[] body = ByteBuffer.allocate(json.length + 24).put(json).put(tensor.array()).array();
    take(message(body, "application/octet-stream", String.valueOf(json.length), null, "b"));
    assertThat(replies.get(0).answer().status()).isEqualTo(200);
    assertThat(replies.get(0).answer().jsonBytes()).isPositive();
    String header = "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2, 3), }\n";
    byte[] npy =
        ByteBuffer.allocate(10 + header.length() + 24)
            .order(ByteOrder.LITTLE_ENDIAN)
            .put(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0})
            .putShort((short) header.length())
            .put(header.getBytes(UTF_8))
            .put(tensor.array())
            .array();
    take(message(npy, "application/x-npy", null, null, "n"));
    assertThat(last().at("outputs").items().get(1).at("data").items().get(0).asLong())
        .isEqualTo(21);
  }

  @Test
  void failures_haveTheStatusesOfHttp() {
    Map<RuntimeException, Integer> failures =
        Map.of(
            new IntegrityException(IntegrityException.Kind.CHECK_FAILED, "layer 1"), 424,
            new DryTablesException("dry"), 503,
            new EnvironmentException("away"), 503,
            new IllegalStateException("secret 31337"), 500);
    failures.forEach(
        (failure, status) -> {
          hall.pass = inputs -> CompletableFuture.failedFuture(failure);
          take(message(REQUEST, null, "f" + status + failure.getMessage()));
          assertThat(last().at("status").asLong()).isEqualTo((long) status);
          assertThat(last().has("retry_after_seconds")).isEqualTo(status == 503);
          assertThat(last().at("error").asText()).doesNotContain("31337");
        });
    assertThat(acknowledged).hasSize(failures.size());
  }

  @Test
  void aRepetition_hasTheAnswerOfTheFirst_andAnotherMarkItsOwn() {
    take(message(REQUEST, "a", "c1"));
    take(message(REQUEST, "a", "c1"));
    assertThat(hall.passes).hasValue(1);
    assertThat(replies.get(1).payload()).isEqualTo(replies.get(0).payload());
    take(message(REQUEST, "a", "c2"));
    take(message(REQUEST, "b", "c1"));
    take(message(REQUEST.replace("2.5", "3"), "a", "c1"));
    assertThat(hall.passes).hasValue(4);
    take(message(REQUEST, "a", null));
    take(message(REQUEST, "a", null));
    assertThat(hall.passes).hasValue(6);
  }

  @Test
  void aRedelivery_takesNoPass_withoutCorrelationDataEither() {
    CompletableFuture<Map<String, HostTensor>> pass = new CompletableFuture<>();
    hall.pass = inputs -> pass;
    take(message(REQUEST, null, null));
    deliveries.connectionLost();
    take(message(REQUEST, null, null));
    assertThat(hall.passes).hasValue(1);
    assertThat(deliveries.underWay()).isEqualTo(1);
    pass.complete(FakeModel.doubled(Map.of("picture", HostTensor.of(new float[6], 1, 2, 3))));
    assertThat(replies).as("one answer").hasSize(1);
    deliveries.connectionLost();
    take(message(REQUEST, null, null));
    assertThat(hall.passes).as("its acknowledgement was lost").hasValue(1);
    assertThat(replies.get(1).payload()).isEqualTo(replies.get(0).payload());
    take(message(REQUEST, null, null));
    assertThat(hall.passes).as("another message").hasValue(2);
  }

  @Test
  void oneResponseTopic_leavesRoomForOthers() {
    hall.pass = inputs -> new CompletableFuture<>();
    take(message(REQUEST, "a", "1"));
    take(message(REQUEST, "a", "2"));
    take(message(REQUEST, "a", "3"));
    assertThat(last().at("status").asLong()).isEqualTo(429);
    take(message(REQUEST, "b", "1"));
    assertThat(replies).hasSize(1);
    assertThat(hall.passes).hasValue(3);
  }

  @Test
  void retainedMessages_areNoRequests() {
    take(new SensorMessage(INFER, REQUEST.getBytes(UTF_8), null, null, null, null, true, true));
    assertThat(replies).isEmpty();
    assertThat(acknowledged).hasSize(1);
    assertThat(hall.passes).hasValue(0);
  }

  @Test
  void qualityOfService0_hasABoundOfItsOwn() {
    hall.pass = inputs -> new CompletableFuture<>();
    for (int i = 0; i < 5; i++) {
      take(
          new SensorMessage(
              INFER, REQUEST.getBytes(UTF_8), null, null, "t" + i, null, false, false));
    }
    assertThat(last().at("status").asLong()).isEqualTo(503);
    assertThat(hall.passes).hasValue(4);
  }

  @Test
  void aDoorThatCloses_leavesMessagesAtTheBroker() {
    requests.close();
    take(message(REQUEST, null, null));
    assertThat(replies).isEmpty();
    assertThat(acknowledged).isEmpty();
  }

  @Test
  void aMessage_showsNoPayload() {
    assertThat(message("31337", "t", "c").toString()).doesNotContain("31337");
  }
}
