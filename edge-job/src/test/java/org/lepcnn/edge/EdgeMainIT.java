/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.edge;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lepcnn.core.port.EdgeTransport;
import org.lepcnn.core.port.PassClaim;
import org.lepcnn.core.port.PassId;
import org.lepcnn.core.port.RoundRequest;
import org.lepcnn.core.port.RoundResult;
import org.lepcnn.flink.testkit.EdgeCluster;
import org.lepcnn.flink.testkit.Requests;
import org.lepcnn.flink.testkit.TestModel;
import org.lepcnn.process.ListeningSockets;

/** The in-process edge as a process of its own. */
class EdgeMainIT {
  @TempDir private Path folder;

  private Process launch(String servers, TestModel model) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-Xmx768m");
    command.addAll(flinkOpens());
    // ONNX Runtime 1.29 crashes in a process whose command line is longer than 4 KiB.
    Path classPath = folder.resolve("class-path");
    String quoted = System.getProperty("java.class.path").replace("\\", "\\\\");
    Files.writeString(classPath, "-cp \"" + quoted + "\"\n");
    command.add("@" + classPath);
    command.addAll(List.of(EdgeMain.class.getName(), "run"));
    command.addAll(List.of("--bootstrap-server", servers));
    command.addAll(List.of("--admission", "open", "--model-dir", model.source().folder()));
    command.addAll(List.of("--checkpoint-interval", "300"));
    command.addAll(List.of("--checkpoint-dir", folder.resolve("checkpoints").toString()));
    command.add("--exit-with-parent");
    return new ProcessBuilder(command).redirectError(folder.resolve("edge.err").toFile()).start();
  }

  private static List<String> flinkOpens() {
    return java.lang.management.ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(arg -> arg.startsWith("--add-opens") || arg.startsWith("--add-exports"))
        .toList();
  }

  @Test
  void process_announcesItself_serves_andEndsWithItsParent() throws Exception {
    TestModel model = TestModel.write(folder.resolve("bundle"));
    try (EdgeCluster kafka = new EdgeCluster()) {
      kafka.createGateway("gw");
      Process edge = launch(kafka.bootstrapServers(), model);
      try (BufferedReader out =
          new BufferedReader(
              new InputStreamReader(edge.getInputStream(), StandardCharsets.UTF_8))) {
        String line = out.readLine();
        assertThat(line).as("the edge ended early: %s", log()).isNotNull();
        assertThat(line)
            .startsWith("edge ready model=" + model.bundle().fingerprint() + " kernel=");
        String web = line.substring(line.indexOf("web=") + 4);
        assertThat(get(web + "/jobs/overview")).contains("\"RUNNING\"");
        assertNobodyElseReaches(edge.pid());
        assertNobodyElseReaches(kafka.broker().pid());
        serve(kafka, model);
        edge.getOutputStream().close();
        assertThat(edge.waitFor(400, TimeUnit.SECONDS)).as("ends with its parent").isTrue();
        assertThat(edge.exitValue()).isZero();
      } finally {
        edge.destroyForcibly().waitFor();
      }
    }
  }

  private static void assertNobodyElseReaches(long pid) {
    if (ListeningSockets.areTold()) {
      assertThat(ListeningSockets.of(pid)).isNotEmpty();
      assertThat(ListeningSockets.reachableFromElsewhere(pid)).isEmpty();
    }
  }

  private static void serve(EdgeCluster kafka, TestModel model) throws Exception {
    var fingerprint = model.bundle().fingerprint();
    try (EdgeTransport transport = kafka.transport("gw")) {
      transport
          .claim(new PassClaim("d", Requests.CHAIN, fingerprint, 0, 9, Requests.INSTANCE))
          .get(300, TimeUnit.SECONDS);
      RoundResult result =
          transport
              .exchange(
                  new RoundRequest(
                      new PassId("d", Requests.CHAIN, fingerprint, 0),
                      2,
                      Requests.INSTANCE,
                      model.plan(),
                      model.tensors(2, 1)))
              .get(300, TimeUnit.SECONDS);
      assertThat(result.layers().get(0).residues())
          .isEqualTo(model.expected(2, model.tensors(2, 1)).get(4));
    }
  }

  @Test
  void unreachableBroker_endsWithStatus3_andOneLine() throws Exception {
    TestModel model = TestModel.write(folder.resolve("bundle"));
    Process edge = launch("localhost:1", model);
    try {
      assertThat(edge.waitFor(600, TimeUnit.SECONDS)).isTrue();
      assertThat(edge.exitValue()).isEqualTo(3);
      assertThat(log().strip())
          .startsWith("lepcnn: Connecting to Kafka: ")
          .contains("localhost:1")
          .hasLineCount(1);
    } finally {
      edge.destroyForcibly().waitFor();
    }
  }

  private static String get(String uri) throws IOException, InterruptedException {
    HttpRequest request = HttpRequest.newBuilder(URI.create(uri)).build();
    return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString()).body();
  }

  private String log() {
    try (Stream<String> lines = Files.lines(folder.resolve("edge.err"))) {
      return String.join("\n", lines.limit(200).toList());
    } catch (IOException e) {
      return "no log: " + e;
    }
  }
}
