/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lepcnn.core.model.ModelBundle;
import org.lepcnn.device.reference.PlainIntegerNetwork;
import org.lepcnn.device.stage.DeviceModel;
import org.lepcnn.gateway.Meter;
import org.lepcnn.gateway.ProvisionedDevice;
import org.lepcnn.gateway.input.Inputs;
import org.lepcnn.json.Json;

/**
 * A gateway with three devices, in a process of its own, over a real broker and edge. Two devices
 * get pictures, one at a time; the third one gets everything that must not be there, again and
 * again.
 *
 * <p>Judged are answers, against the integer network without masks, and what became of every file.
 * The times that a device waits for an answer are judged in the long form alone, {@code
 * -Dlepcnn.gateway.minutes=10}: p95 at most twice what it was before.
 */
class BadInputsIT {
  private static final double MINUTES = Double.parseDouble(property("minutes", "0"));
  private static final int QUIET = MINUTES > 0 ? 400 : 10;
  private static final int PASSES = (int) Math.max(150, MINUTES * 60 * 25);
  private static final double BOUND = 2;

  @TempDir private Path folder;
  private Path watched;

  /** What the integer network makes of each picture, on one machine, without masks. */
  private final Map<Path, List<Float>> expected = new HashMap<>();

  /** Answers of a device that have not been looked at, by its session. */
  private final Map<String, BlockingQueue<Json>> answers = new ConcurrentHashMap<>();

  /** Lines that are none. */
  private final List<String> noAnswers = new CopyOnWriteArrayList<>();

  private static String property(String name, String otherwise) {
    String value = System.getProperty("lepcnn.gateway." + name);
    return value == null || value.isBlank() ? otherwise : value;
  }

  @Test
  void everyBadInputIsNamed_andNoOtherDeviceNotices() throws Exception {
    ModelBundle bundle = Meter.importBundle();
    expect(bundle);
    List<String> lines = new ArrayList<>(List.of("gateway = " + EdgeFixture.GATEWAY));
    watched = folder.resolve("watched");
    for (String session : List.of("good", "other", "bad")) {
      ProvisionedDevice device =
          ProvisionedDevice.create(folder.resolve(session), bundle, session + "-meter", PASSES);
      lines.add("session." + session + ".state = " + device.state());
      lines.add("session." + session + ".tables = " + device.tables());
      Files.createDirectories(watched.resolve(session));
      answers.put(session, new LinkedBlockingQueue<>());
    }
    for (BadInput input : reservedNames()) {
      input.put(watched.resolve("bad"), "");
    }
    try (EdgeFixture edge = new EdgeFixture(folder, bundle)) {
      lines.add("bootstrap.servers = " + edge.bootstrapServers());
      Process gateway = start(Files.write(folder.resolve("gateway.properties"), lines));
      try {
        run();
      } finally {
        gateway.destroy();
        gateway.waitFor();
      }
      assertThat(gateway.exitValue()).isEqualTo(143);
    }
    assertThat(noAnswers).isEmpty();
    assertEveryFileHasItsPlace();
  }

  private void run() throws Exception {
    List<Double> quiet = new ArrayList<>();
    for (int i = 0; i < QUIET; i++) {
      quiet.add(passOf(i % 2 == 0 ? "good" : "other", i));
    }
    List<Double> beside = new ArrayList<>();
    long end = System.nanoTime() + (long) (MINUTES * 60e9);
    int round = 0;
    int pass = QUIET;
    awaitFates(reservedNames(), "");
    do {
      List<BadInput> bad = others();
      for (BadInput input : bad) {
        input.put(watched.resolve("bad"), round + "-");
        beside.add(passOf(pass % 2 == 0 ? "good" : "other", pass));
        pass++;
      }
      awaitFates(bad, round + "-");
      round++;
    } while (System.nanoTime() < end);
    judge(quiet, beside, round);
  }

  /** Files under the names of the gateway's own folders: there only before it has made these. */
  private static List<BadInput> reservedNames() {
    return BadInput.all().stream().filter(BadInputsIT::isAnswered).toList();
  }

  private static List<BadInput> others() {
    return BadInput.all().stream().filter(input -> !isAnswered(input)).toList();
  }

  private static boolean isAnswered(BadInput input) {
    return input.fate() == BadInput.Fate.ANSWERED;
  }

  /**
   * One picture for a device, until its answer is there.
   *
   * @return milliseconds from the file to the answer
   */
  private double passOf(String session, int number) throws Exception {
    List<Path> pictures = Meter.pictures();
    Path picture = pictures.get(number % pictures.size());
    Path inFolder = watched.resolve(session);
    Path made = Files.copy(picture, inFolder.resolve(".making"));
    long begun = System.nanoTime();
    Files.move(made, inFolder.resolve(number + ".png"));
    Json answer = answers.get(session).take();
    double millis = (System.nanoTime() - begun) / 1e6;
    assertThat(answer.at("input").asText()).isEqualTo(number + ".png");
    assertThat(values(answer)).as("%s", picture).isEqualTo(expected.get(picture));
    return millis;
  }

  /** The command as a process; its answers arrive in {@link #answers}. */
  private Process start(Path config) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx512m", "-XX:TieredStopAtLevel=1"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
    command.addAll(List.of("gateway", "--config", config.toString()));
    command.addAll(List.of("--watch", watched.toString()));
    Process process =
        new ProcessBuilder(command).redirectError(folder.resolve("gateway.log").toFile()).start();
    BufferedReader lines = process.inputReader(StandardCharsets.UTF_8);
    String ready = lines.readLine();
    assertThat(ready)
        .as(Files.readString(folder.resolve("gateway.log")))
        .contains("\"ready\":true");
    Thread reader = new Thread(() -> lines.lines().forEach(this::sort), "answers");
    reader.setDaemon(true);
    reader.start();
    return process;
  }

  private void sort(String line) {
    try {
      Json answer = Json.parse(line);
      answers.get(answer.at("session").asText()).add(answer);
    } catch (RuntimeException e) {
      noAnswers.add(line);
    }
  }

  private static List<Float> values(Json answer) {
    Json outputs = answer.at("outputs");
    return outputs.at(outputs.names().get(0)).at("values").items().stream()
        .map(value -> (float) value.asDouble())
        .toList();
  }

  private void expect(ModelBundle bundle) {
    try (DeviceModel model = DeviceModel.load(bundle.device())) {
      PlainIntegerNetwork network = new PlainIntegerNetwork(model, bundle.edge());
      for (Inputs.Input input : Meter.inputs(bundle)) {
        float[] output = network.run(input.values()).values().iterator().next().floats();
        expected.put(
            input.path(), IntStream.range(0, output.length).mapToObj(i -> output[i]).toList());
      }
    }
  }

  private void awaitFates(List<BadInput> inputs, String prefix) throws Exception {
    Map<String, Json> told = new HashMap<>();
    long due = inputs.stream().filter(input -> input.fate() != BadInput.Fate.LEFT).count();
    while (told.size() < due) {
      Json answer = answers.get("bad").take();
      String name = Path.of(answer.at("path").asText()).getFileName().toString();
      assertThat(told.put(name, answer)).as("answered twice: %s", name).isNull();
    }
    for (BadInput input : inputs) {
      if (input.fate() == BadInput.Fate.REFUSED) {
        Json answer = told.get(prefix + input.name());
        assertThat(answer).as(input.name()).isNotNull();
        assertThat(answer.at("error").asText()).as(input.name()).isEqualTo("BadInputException");
        assertThat(answer.at("message").asText()).isNotBlank();
      }
    }
    assertThat(told.values().stream().filter(answer -> answer.has("outputs")))
        .hasSize((int) inputs.stream().filter(BadInputsIT::isAnswered).count());
  }

  private static void judge(List<Double> quiet, List<Double> beside, int rounds) {
    double before = p95(quiet);
    double after = p95(beside);
    System.out.printf(
        "%d passes quiet, p95 %.1f ms; %d passes beside %d rounds of bad inputs, p95 %.1f ms%n",
        quiet.size(), before, beside.size(), rounds, after);
    if (MINUTES > 0) {
      assertThat(after).isLessThanOrEqualTo(BOUND * before);
    }
  }

  private static double p95(List<Double> millis) {
    List<Double> sorted = new ArrayList<>(millis);
    Collections.sort(sorted);
    return sorted.get((sorted.size() * 95 + 99) / 100 - 1);
  }

  /** Nothing waits, nothing runs, and every refused file has its reason beside it. */
  private void assertEveryFileHasItsPlace() throws IOException {
    for (String session : List.of("good", "other")) {
      assertThat(files(session, "")).isEmpty();
      assertThat(files(session, "failed")).isEmpty();
    }
    assertThat(files("bad", "")).isEmpty();
    for (String session : answers.keySet()) {
      assertThat(files(session, "running")).isEmpty();
    }
    List<String> failed = files("bad", "failed");
    assertThat(failed).isNotEmpty();
    failed.stream()
        .filter(name -> !name.endsWith(".reason.json"))
        .forEach(name -> assertThat(failed).contains(name + ".reason.json"));
  }

  /** Regular files alone. */
  private List<String> files(String session, String inside) throws IOException {
    Path of = watched.resolve(session).resolve(inside);
    if (!Files.isDirectory(of)) {
      return List.of();
    }
    try (Stream<Path> entries = Files.list(of)) {
      return entries
          .filter(Files::isRegularFile)
          .map(file -> file.getFileName().toString())
          .toList();
    }
  }
}
