/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lepcnn.core.model.ModelBundle;
import org.lepcnn.device.reference.PlainIntegerNetwork;
import org.lepcnn.device.stage.DeviceModel;
import org.lepcnn.gateway.Meter;
import org.lepcnn.gateway.ProvisionedDevice;
import org.lepcnn.gateway.http.StockClient;
import org.lepcnn.gateway.input.Inputs;
import org.lepcnn.json.Json;

/** The command with its HTTP door, in a process of its own, over a real broker and edge. */
class HttpDoorIT {
  private static final String JSON_LENGTH = "Inference-Header-Content-Length";
  private static final int FEW = 2;

  @TempDir private Path folder;
  private final HttpClient client = HttpClient.newHttpClient();
  private URI door;

  @Test
  void answersAreTheIntegerNetworks_andWhatIsAwayIsTold() throws Exception {
    ModelBundle bundle = Meter.importBundle();
    List<String> lines = new ArrayList<>(List.of("gateway = " + EdgeFixture.GATEWAY));
    lines.addAll(List.of("http.port = 0", "reservation = 2"));
    lines.addAll(session("hall", bundle, 60));
    lines.addAll(session("low", bundle, FEW));
    Process gateway;
    try (EdgeFixture edge = new EdgeFixture(folder, bundle);
        DeviceModel model = DeviceModel.load(bundle.device())) {
      lines.add("bootstrap.servers = " + edge.bootstrapServers());
      gateway = start(Files.write(folder.resolve("gateway.properties"), lines));
      PlainIntegerNetwork network = new PlainIntegerNetwork(model, bundle.edge());
      for (Inputs.Input input : Meter.inputs(bundle).subList(0, 5)) {
        float[] picture = input.values().get("picture").floats();
        float[] expected = network.run(input.values()).values().iterator().next().floats();
        assertThat(json(picture, input.name())).isEqualTo(expected);
        assertThat(binary(picture)).isEqualTo(expected);
      }
      float[] picture = Meter.inputs(bundle).get(0).values().get("picture").floats();
      assertRepetitionIsOnePass(picture);
      assertTablesRunDry(picture);
      assertCurlWorks(picture);
      assertStockClientWorks(picture);
    }
    while (get("/v2/models/hall/ready").statusCode() == 200) {
      TimeUnit.MILLISECONDS.sleep(100);
    }
    assertThat(get("/v2/health/ready").body()).contains("\"ready\":false");
    assertThat(get("/v2/health/live").statusCode()).isEqualTo(200);
    gateway.destroy();
    gateway.waitFor();
    assertThat(gateway.exitValue()).isEqualTo(143);
  }

  private List<String> session(String name, ModelBundle bundle, int passes) {
    ProvisionedDevice device =
        ProvisionedDevice.create(folder.resolve(name), bundle, name + "-meter", passes);
    return List.of(
        "session." + name + ".state = " + device.state(),
        "session." + name + ".tables = " + device.tables());
  }

  /** Without anything on standard input, which ends no gateway with a door. */
  private Process start(Path config) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx512m", "-XX:TieredStopAtLevel=1"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
    command.addAll(List.of("gateway", "--config", config.toString()));
    Path log = folder.resolve("gateway.log");
    Process process =
        new ProcessBuilder(command)
            .redirectInput(new File("/dev/null"))
            .redirectError(log.toFile())
            .start();
    BufferedReader output = process.inputReader(StandardCharsets.UTF_8);
    String ready = output.readLine();
    assertThat(ready).as(Files.readString(log)).contains("\"ready\":true");
    door = URI.create(Json.parse(ready).at("http").asText());
    return process;
  }

  private HttpResponse<String> get(String path) throws Exception {
    return client.send(HttpRequest.newBuilder(door.resolve(path)).build(), BodyHandlers.ofString());
  }

  private HttpResponse<byte[]> infer(String session, byte[] body, Map<String, String> headers)
      throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(door.resolve("/v2/models/" + session + "/infer"))
            .POST(BodyPublishers.ofByteArray(body));
    headers.forEach(request::header);
    return client.send(request.build(), BodyHandlers.ofByteArray());
  }

  private static byte[] request(float[] picture, String id) {
    return ("{\"id\":\""
            + id
            + "\",\"inputs\":[{\"name\":\"picture\",\"shape\":[1,1,32,32],\"datatype\":\"FP32\",\"data\":"
            + Arrays.toString(picture)
            + "}]}")
        .getBytes(StandardCharsets.UTF_8);
  }

  private float[] json(float[] picture, String id) throws Exception {
    HttpResponse<byte[]> response = infer("hall", request(picture, id), Map.of());
    assertThat(response.statusCode()).as(text(response)).isEqualTo(200);
    List<Json> data = Json.parse(text(response)).at("outputs").items().get(0).at("data").items();
    float[] values = new float[data.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) data.get(i).asDouble();
    }
    return values;
  }

  private float[] binary(float[] picture) throws Exception {
    byte[] json =
        ("{\"parameters\":{\"binary_data_output\":true},\"inputs\":[{\"name\":\"picture\","
                + "\"shape\":[1,1,32,32],\"datatype\":\"FP32\",\"parameters\":{\"binary_data_size\":"
                + picture.length * Float.BYTES
                + "}}]}")
            .getBytes(StandardCharsets.UTF_8);
    ByteBuffer body =
        ByteBuffer.allocate(json.length + picture.length * Float.BYTES)
            .order(ByteOrder.LITTLE_ENDIAN)
            .put(json);
    body.slice().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().put(picture);
    HttpResponse<byte[]> response =
        infer("hall", body.array(), Map.of(JSON_LENGTH, String.valueOf(json.length)));
    assertThat(response.statusCode()).as(text(response)).isEqualTo(200);
    int end = (int) response.headers().firstValueAsLong(JSON_LENGTH).orElseThrow();
    float[] values = new float[(response.body().length - end) / Float.BYTES];
    ByteBuffer.wrap(response.body(), end, values.length * Float.BYTES)
        .order(ByteOrder.LITTLE_ENDIAN)
        .asFloatBuffer()
        .get(values);
    return values;
  }

  private void assertRepetitionIsOnePass(float[] picture) throws Exception {
    byte[] first = infer("hall", request(picture, "once"), Map.of()).body();
    assertThat(infer("hall", request(picture, "once"), Map.of()).body()).isEqualTo(first);
    byte[] other = infer("hall", request(picture, "twice"), Map.of()).body();
    assertThat(pass(other)).isEqualTo(pass(first) + 1);
  }

  private static long pass(byte[] answer) {
    return Json.parse(new String(answer, StandardCharsets.UTF_8))
        .at("parameters")
        .at("pass")
        .asLong();
  }

  private void assertTablesRunDry(float[] picture) throws Exception {
    assertThat(get("/v2/health/ready").statusCode()).isEqualTo(200);
    for (int i = 0; i < FEW; i++) {
      assertThat(infer("low", request(picture, "dry" + i), Map.of()).statusCode()).isEqualTo(200);
    }
    HttpResponse<byte[]> dry = infer("low", request(picture, "dry"), Map.of());
    assertThat(dry.statusCode()).as(text(dry)).isEqualTo(503);
    assertThat(dry.headers().firstValue("Retry-After")).contains("60");
    assertThat(get("/v2/models/low/ready").body()).contains("tables of low run low");
    assertThat(get("/v2/health/ready").statusCode()).isEqualTo(400);
    assertThat(get("/v2/models/hall/ready").statusCode()).isEqualTo(200);
    // an answer that is there is told, whatever the tables say
    assertThat(infer("low", request(picture, "dry0"), Map.of()).statusCode()).isEqualTo(200);
  }

  /** As in the documentation, where there is a curl. */
  private void assertCurlWorks(float[] picture) throws Exception {
    Path body = Files.write(folder.resolve("body.json"), request(picture, "curl"));
    Process curl;
    try {
      curl =
          new ProcessBuilder(
                  "curl",
                  "-s",
                  "--noproxy",
                  "*",
                  door.resolve("/v2/models/hall/infer").toString(),
                  "-d",
                  "@" + body)
              .start();
    } catch (IOException e) {
      System.out.println("no curl here: that part is left out");
      return;
    }
    String answer = new String(curl.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(Json.parse(answer).at("id").asText()).isEqualTo("curl");
    assertThat(curl.waitFor()).isZero();
  }

  /** Triton's Java client gets what this one gets, in either form. */
  private void assertStockClientWorks(float[] picture) throws Exception {
    String values = Arrays.toString(picture).replaceAll("[\\[\\] ]", "");
    String input = " picture:FP32:1,1,32,32:" + values;
    List<String> lines =
        StockClient.ask(folder, door, "hall - 1 json -" + input, "hall - 2 binary -" + input);
    String expected = Arrays.toString(binary(picture)).replaceAll("[\\[\\] ]", "");
    assertThat(lines).hasSize(2).allMatch(line -> line.endsWith(":" + expected));
  }

  private static String text(HttpResponse<byte[]> response) {
    return new String(response.body(), StandardCharsets.ISO_8859_1);
  }
}
