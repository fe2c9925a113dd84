/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.lepcnn.core.model.DeviceHalf.ValueSpec;
import org.lepcnn.deployments.LocalLayout;
import org.lepcnn.device.stage.HostTensor;
import org.lepcnn.gateway.BusyException;
import org.lepcnn.gateway.protocol.FakeModel;
import org.lepcnn.json.Json;

/** The clients in {@code examples/clients}, where their programs are, over real sockets. */
class ExampleClientsTest {
  private static final String TOKEN = "0123456789abcdef0123456789abcdef";
  private static final String NUMBERS = "1 2.5 3\n4 5 6\n";

  @TempDir private Path folder;

  private final FakeModel hall = FakeModel.doubling("hall");

  /** What a client printed, standard output and error together. */
  private record Run(int status, String output) {}

  private Run run(DoorFixture door, Path token, String program, String client, String... arguments)
      throws Exception {
    assumeTrue(isHere(program), () -> "no " + program + " here: its client is not tried");
    List<String> command = new ArrayList<>();
    command.add(client.endsWith(".sh") ? "sh" : program);
    command.add(LocalLayout.find().home().resolve("examples/clients").resolve(client).toString());
    command.addAll(Arrays.asList(arguments));
    Path numbers = Files.writeString(folder.resolve("numbers"), NUMBERS);
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectInput(numbers.toFile());
    builder.environment().put("LEPCNN_URL", door.uri("").toString().replaceFirst("/$", ""));
    builder.environment().put("http_proxy", "http://127.0.0.1:9");
    if (token != null) {
      builder.environment().put("LEPCNN_TOKEN_FILE", token.toString());
    }
    Process process = builder.start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Run(process.waitFor(), output);
  }

  private static boolean isHere(String program) throws InterruptedException {
    try {
      Process process =
          new ProcessBuilder(program, "--version")
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      return process.waitFor() == 0;
    } catch (IOException e) {
      return false;
    }
  }

  @ParameterizedTest
  @CsvSource({"python3, client.py", "node, client.mjs"})
  void numbers_areAnswered_alsoWithATokenAndAfterAWait(String program, String client)
      throws Exception {
    Path token = Files.writeString(folder.resolve("token"), TOKEN + "\n");
    AtomicInteger refusals = new AtomicInteger(1);
    hall.pass =
        inputs -> {
          if (refusals.getAndDecrement() > 0) {
            throw new BusyException("full");
          }
          return CompletableFuture.completedFuture(FakeModel.doubled(inputs));
        };
    try (DoorFixture door = new DoorFixture(DoorFixture.withToken(token), hall)) {
      Run run = run(door, token, program, client, "hall");
      assertThat(run.status()).as(run.output()).isZero();
      List<String> lines = run.output().lines().toList();
      assertThat(lines).hasSize(2);
      assertThat(lines.get(0)).startsWith("doubled ");
      List<Double> doubled =
          Json.parse(lines.get(0).substring("doubled ".length())).items().stream()
              .map(Json::asDouble)
              .toList();
      assertThat(doubled).containsExactly(2.0, 5.0, 6.0, 8.0, 10.0, 12.0);
      assertThat(lines.get(1)).isEqualTo("sum [21]");
      assertThat(hall.passes).hasValue(1);
      assertThat(refusals).hasValue(-1);
    }
  }

  @ParameterizedTest
  @CsvSource({"python3, client.py", "node, client.mjs"})
  void whatIsWrong_isSaid_andTakesNoPass(String program, String client) throws Exception {
    Path token = Files.writeString(folder.resolve("token"), TOKEN + "\n");
    try (DoorFixture door = new DoorFixture(DoorFixture.withToken(token), hall)) {
      assertFails(run(door, null, program, client, "hall"), "answered 401");
      assertFails(run(door, token, program, client, "cellar"), "answered 404");
      assertFails(run(door, token, program, client), "usage: " + client);
    }
    FakeModel other =
        FakeModel.echo("hall", List.of(new ValueSpec("x", HostTensor.FLOAT, new long[] {1, 7})));
    try (DoorFixture door = new DoorFixture(DoorFixture.settings(), other)) {
      assertFails(run(door, null, program, client, "hall"), "found 6 numbers");
    }
    assertThat(hall.passes).hasValue(0);
    assertThat(other.passes).hasValue(0);
  }

  private static void assertFails(Run run, String reason) {
    assertThat(run.status()).as(run.output()).isNotZero();
    assertThat(run.output()).contains(reason).doesNotContain(TOKEN, "Traceback", "    at ");
  }

  @Test
  void curl_isAnswered_alsoWithAToken() throws Exception {
    Path token = Files.writeString(folder.resolve("token"), TOKEN + "\n");
    Path request =
        Files.writeString(
            folder.resolve("request.json"),
            "{\"id\":\"42\",\"inputs\":[{\"name\":\"picture\",\"shape\":[1,2,3],"
                + "\"datatype\":\"FP32\",\"data\":[1,2.5,3,4,5,6]}]}");
    try (DoorFixture door = new DoorFixture(DoorFixture.withToken(token), hall)) {
      Run run = run(door, token, "curl", "curl.sh", "hall", request.toString());
      assertThat(run.status()).as(run.output()).isZero();
      Json answer = Json.parse(run.output());
      assertThat(answer.at("id").asText()).isEqualTo("42");
      assertThat(answer.at("outputs").items()).hasSize(2);
      assertFails(run(door, null, "curl", "curl.sh", "hall", request.toString()), "error");
      Path away = folder.resolve("away");
      assertFails(run(door, token, "curl", "curl.sh", "hall", away.toString()), "cannot read");
      assertFails(run(door, away, "curl", "curl.sh", "hall", request.toString()), "token file");
      assertThat(hall.passes).hasValue(1);
    }
  }
}
