/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lepcnn.core.model.ModelBundle;
import org.lepcnn.device.reference.PlainIntegerNetwork;
import org.lepcnn.device.stage.DeviceModel;
import org.lepcnn.gateway.Meter;
import org.lepcnn.gateway.ProvisionedDevice;
import org.lepcnn.gateway.input.Inputs;
import org.lepcnn.gateway.mqtt.MqttBroker;
import org.lepcnn.gateway.mqtt.Sensor;
import org.lepcnn.json.Json;

/** The command with its MQTT door, in a process of its own, over real brokers and a real edge. */
class MqttDoorIT {
  private static final String INFER = "lepcnn/hall/infer";
  private static final int PASSES = 60;
  private static final int QUEUED = 12;

  @TempDir private Path folder;

  @Test
  void answersAreTheIntegerNetworks_andAGatewayThatIsKilledLosesNone() throws Exception {
    ModelBundle bundle = Meter.importBundle();
    ProvisionedDevice device =
        ProvisionedDevice.create(folder.resolve("hall"), bundle, "hall-meter", PASSES);
    try (EdgeFixture edge = new EdgeFixture(folder, bundle);
        MqttBroker broker = MqttBroker.open(folder.resolve("mqtt"));
        Sensor states = Sensor.connect(broker.port(), "lepcnn/gateway/+/state");
        Sensor sensor = Sensor.connect(broker.port(), "sensors/17");
        DeviceModel model = DeviceModel.load(bundle.device())) {
      Path config =
          Files.write(
              folder.resolve("gateway.properties"),
              List.of(
                  "gateway = " + EdgeFixture.GATEWAY,
                  "bootstrap.servers = " + edge.bootstrapServers(),
                  "reservation = 2",
                  "session.hall.state = " + device.state(),
                  "session.hall.tables = " + device.tables(),
                  "mqtt.host = 127.0.0.1",
                  "mqtt.port = " + broker.port()));
      Process first = start(config, "first");
      assertThat(states.hear().text()).isEqualTo("online");
      PlainIntegerNetwork network = new PlainIntegerNetwork(model, bundle.edge());
      Inputs.Input input = Meter.inputs(bundle).get(0);
      float[] expected = network.run(input.values()).values().iterator().next().floats();
      byte[] request = request(input.values().get("picture").floats());
      sensor.publish(INFER, request, null, "sensors/17", "tensor");
      assertAnswer(sensor.hear(), "tensor", expected);
      sensor.publish(INFER, Files.readAllBytes(input.path()), "image/png", "sensors/17", "picture");
      assertAnswer(sensor.hear(), "picture", expected);
      sensor.publish(INFER, new byte[] {'{'}, null, "sensors/17", "bad");
      assertThat(sensor.hear().json().at("status").asLong()).isEqualTo(400);

      for (int i = 0; i < QUEUED; i++) {
        sensor.publish(INFER, request, null, "sensors/17", "c" + i);
      }
      first.destroyForcibly().waitFor();
      assertThat(states.hear().text()).as("last will").isEqualTo("offline");
      Process second = start(config, "second");
      assertThat(states.hear().text()).isEqualTo("online");
      assertAllAnswered(sensor, expected);
      second.destroy();
      assertThat(second.waitFor()).isEqualTo(143);
      assertThat(states.hear().text()).isEqualTo("offline");
    }
  }

  /** What was answered before the kill, and not acknowledged, is answered again. */
  private static void assertAllAnswered(Sensor sensor, float[] expected) throws Exception {
    Set<String> missing = new TreeSet<>();
    for (int i = 0; i < QUEUED; i++) {
      missing.add("c" + i);
    }
    while (!missing.isEmpty()) {
      Sensor.Heard answer = sensor.hear();
      assertAnswer(answer, answer.correlation(), expected);
      missing.remove(answer.correlation());
    }
  }

  private static void assertAnswer(Sensor.Heard answer, String correlation, float[] expected) {
    assertThat(answer.correlation()).as(answer.text()).isEqualTo(correlation);
    assertThat(answer.json().has("outputs")).as(answer.text()).isTrue();
    List<Json> data = answer.json().at("outputs").items().get(0).at("data").items();
    float[] values = new float[data.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) data.get(i).asDouble();
    }
    assertThat(values).isEqualTo(expected);
  }

  private static byte[] request(float[] picture) {
    return ("{\"inputs\":[{\"name\":\"picture\",\"shape\":[1,1,32,32],\"datatype\":\"FP32\",\"data\":"
            + Arrays.toString(picture)
            + "}]}")
        .getBytes(StandardCharsets.UTF_8);
  }

  /** Without anything on standard input, which ends no gateway with a door. */
  private Process start(Path config, String name) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx512m", "-XX:TieredStopAtLevel=1"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
    command.addAll(List.of("gateway", "--config", config.toString()));
    Path log = folder.resolve(name + ".log");
    Process process =
        new ProcessBuilder(command)
            .redirectInput(new File("/dev/null"))
            .redirectError(log.toFile())
            .start();
    BufferedReader output = process.inputReader(StandardCharsets.UTF_8);
    String ready = output.readLine();
    assertThat(ready).as(Files.readString(log)).contains("\"ready\":true", "\"mqtt\":\"mqtt://");
    return process;
  }
}
