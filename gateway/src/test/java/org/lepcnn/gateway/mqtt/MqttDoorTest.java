/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.gateway.mqtt;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.hivemq.client.mqtt.MqttClientSslConfig;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.core.model.DeviceHalf.ValueSpec;
import org.lepcnn.device.stage.HostTensor;
import org.lepcnn.gateway.MqttSettings;
import org.lepcnn.gateway.protocol.FakeModel;

/** What sensors get over a real broker, of models without an edge. */
class MqttDoorTest {
  private static final String INFER = "lepcnn/hall/infer";
  private static final String PASSWORD = "pass-of-the-stores";
  private static final BrokerLink.Backoff FAST = new BrokerLink.Backoff(50, 400);

  @TempDir private Path folder;

  private final FakeModel hall = FakeModel.doubling("hall");

  private static byte[] request(String id) {
    return ("{\"id\":\""
            + id
            + "\",\"inputs\":[{\"name\":\"picture\",\"shape\":[1,2,3],\"datatype\":\"FP32\","
            + "\"data\":[1,2,3,4,5,6]}]}")
        .getBytes(UTF_8);
  }

  private static MqttSettings settings(int port) {
    return settings(port, null, null, null, 20);
  }

  private static MqttSettings settings(
      int port, String user, Path passwordFile, MqttSettings.Tls tls, int patienceSeconds) {
    return new MqttSettings(
        "home",
        "localhost",
        port,
        "lepcnn",
        "lepcnn-home",
        user,
        passwordFile,
        tls,
        1 << 20,
        4,
        4,
        Duration.ofHours(1),
        Duration.ofSeconds(patienceSeconds),
        Duration.ofMinutes(5),
        1 << 20);
  }

  private MqttDoor door(MqttBroker broker, FakeModel... models) {
    return MqttDoor.open(settings(broker.port()), List.of(models), FAST);
  }

  @Test
  void answersComeBack_andTheStateIsTold() throws Exception {
    FakeModel camera =
        FakeModel.echo(
            "camera", List.of(new ValueSpec("x", HostTensor.UINT8, new long[] {1, 1, 2, 2})));
    try (MqttBroker broker = MqttBroker.open(folder);
        Sensor states = Sensor.connect(broker.port(), "lepcnn/gateway/+/state");
        Sensor sensor = Sensor.connect(broker.port(), "sensors/17/#")) {
      try (MqttDoor door = door(broker, hall, camera)) {
        assertThat(door.address())
            .isEqualTo(URI.create("mqtt://localhost:" + broker.port() + "/lepcnn"));
        assertThat(states.hear().text()).isEqualTo("online");
        sensor.publish(INFER, request("42"), null, "sensors/17/a", "c");
        Sensor.Heard answer = sensor.hear();
        assertThat(answer.topic()).isEqualTo("sensors/17/a");
        assertThat(answer.correlation()).isEqualTo("c");
        assertThat(answer.contentType()).isEqualTo("application/json");
        assertThat(answer.json().at("id").asText()).isEqualTo("42");
        sensor.publish(INFER, "{".getBytes(UTF_8), null, "sensors/17/b", "bad");
        assertThat(sensor.hear().json().at("status").asLong()).isEqualTo(400);
        sensor.publish("lepcnn/camera/infer", png(), "image/png", "sensors/17/c", "p");
        answer = sensor.hear();
        assertThat(answer.text()).contains("\"data\":[255,255,255,255]");
      }
      assertThat(states.hear().text()).isEqualTo("offline");
    }
  }

  private static byte[] png() throws Exception {
    BufferedImage white = new BufferedImage(2, 2, BufferedImage.TYPE_INT_RGB);
    white.setRGB(0, 0, 2, 2, new int[] {-1, -1, -1, -1}, 0, 2);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    ImageIO.write(white, "png", bytes);
    return bytes.toByteArray();
  }

  @Test
  void whatComesWhileTheGatewayIsAway_isAnsweredAfterwards() throws Exception {
    try (MqttBroker broker = MqttBroker.open(folder);
        Sensor sensor = Sensor.connect(broker.port(), "answers")) {
      door(broker, hall).close();
      for (int i = 0; i < 10; i++) {
        sensor.publish(INFER, request("r" + i), null, "answers", "c" + i);
      }
      try (MqttDoor door = door(broker, hall)) {
        assertThat(door.address()).isNotNull();
        for (int i = 0; i < 10; i++) {
          assertThat(sensor.hear().json().at("id").asText()).startsWith("r");
        }
      }
      assertThat(hall.passes).hasValue(10);
      assertThat(sensor.waiting()).isZero();
    }
  }

  @Test
  void aBrokerThatStartsAgainInTheMiddle_costsNoAnswerAndNoPass() throws Exception {
    CountDownLatch begun = new CountDownLatch(2);
    CompletableFuture<Void> go = new CompletableFuture<>();
    hall.pass =
        inputs -> {
          begun.countDown();
          return go.thenApply(ignored -> FakeModel.doubled(inputs));
        };
    try (MqttBroker broker = MqttBroker.open(folder);
        MqttDoor door = door(broker, hall)) {
      assertThat(door.address()).isNotNull();
      try (Sensor sensor = Sensor.connect(broker.port(), "never")) {
        sensor.publish(INFER, request("a"), null, "answers", "c");
        sensor.publish(INFER, request(""), null, "answers", null);
        begun.await();
      }
      broker.stop();
      broker.start();
      try (Sensor sensor = Sensor.connect(broker.port(), "answers")) {
        go.complete(null);
        assertThat(sensor.hear().text()).contains("outputs");
        assertThat(sensor.hear().text()).contains("outputs");
        sensor.publish(INFER, request("b"), null, "answers", "d");
        String text = sensor.hear().text();
        while (!text.contains("\"id\":\"b\"")) {
          text = sensor.hear().text();
        }
      }
      assertThat(hall.passes).hasValue(3);
    }
  }

  @Test
  void aGatewayThatDies_leavesItsRequestsToTheNext_andItsLastWillIsTold() throws Exception {
    hall.pass = inputs -> new CompletableFuture<>();
    try (MqttBroker broker = MqttBroker.open(folder);
        Sensor states = Sensor.connect(broker.port(), "lepcnn/gateway/home/state");
        Sensor sensor = Sensor.connect(broker.port(), "answers")) {
      Relay relay = new Relay(broker.port());
      MqttDoor dying = MqttDoor.open(settings(relay.port()), List.of(hall), FAST);
      assertThat(states.hear().text()).isEqualTo("online");
      sensor.publish(INFER, request(""), null, "answers", null);
      while (hall.passes.get() == 0) {
        Thread.sleep(10);
      }
      relay.close();
      assertThat(states.hear().text()).isEqualTo("offline");
      FakeModel next = FakeModel.doubling("hall");
      try (MqttDoor door = door(broker, next)) {
        assertThat(door.address()).isNotNull();
        assertThat(sensor.hear().text()).contains("outputs");
      }
      assertThat(next.passes).hasValue(1);
      dying.end();
    }
  }

  @Test
  void tlsAndCredentials_letTheGatewayIn_andNothingElseDoes() throws Exception {
    Path stores = TlsFiles.make(Files.createDirectory(folder.resolve("stores")), PASSWORD);
    Path storePassword = Files.writeString(folder.resolve("store-password"), PASSWORD + "\n");
    Path password = Files.writeString(folder.resolve("password"), "a good password\n");
    MqttSettings.Tls both =
        new MqttSettings.Tls(
            stores.resolve("trusted.p12"),
            storePassword,
            stores.resolve("gateway.p12"),
            storePassword);
    MqttClientSslConfig sensorTls =
        MqttClientSslConfig.builder()
            .trustManagerFactory(TlsStores.trust(both.trustStore(), storePassword))
            .keyManagerFactory(TlsStores.keys(both.keyStore(), storePassword))
            .build();
    try (MqttBroker broker =
        MqttBroker.guarded(folder.resolve("broker"), stores, PASSWORD, "a good password")) {
      MqttSettings good = settings(broker.port(), MqttBroker.USER, password, both, 20);
      try (MqttDoor door = MqttDoor.open(good, List.of(hall), FAST);
          Sensor sensor =
              Sensor.connect(
                  broker.port(), "answers", sensorTls, MqttBroker.USER, "a good password")) {
        assertThat(door.address().getScheme()).isEqualTo("mqtts");
        sensor.publish(INFER, request("1"), null, "answers", "c");
        assertThat(sensor.hear().json().at("id").asText()).isEqualTo("1");
      }
      Path wrong = Files.writeString(folder.resolve("wrong"), "another password\n");
      assertNotLetIn(settings(broker.port(), MqttBroker.USER, wrong, both, 20));
      MqttSettings.Tls strangers =
          new MqttSettings.Tls(null, null, both.keyStore(), both.keyPasswordFile());
      assertNotLetIn(settings(broker.port(), MqttBroker.USER, password, strangers, 20));
      assertNotLetIn(settings(broker.port(), null, null, null, 2));
    }
  }

  private void assertNotLetIn(MqttSettings settings) {
    assertThatThrownBy(() -> MqttDoor.open(settings, List.of(hall), FAST))
        .isInstanceOf(EnvironmentException.class)
        .hasMessageContaining("MQTT broker at localhost")
        .hasMessageNotContaining("another password");
  }

  @Test
  void aBrokerThatIsAway_isNamed() {
    assertNotLetIn(settings(1, null, null, null, 1));
  }
}
