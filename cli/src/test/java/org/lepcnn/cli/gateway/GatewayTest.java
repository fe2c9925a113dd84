/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.lepcnn.cli.Meter;
import org.lepcnn.cli.ProvisionedDevice;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.kernel.ScalarKernels;
import org.lepcnn.core.model.ModelBundle;
import org.lepcnn.core.model.Plan;
import org.lepcnn.core.port.EdgeTransport;
import org.lepcnn.core.port.ForwardingEdgeTransport;
import org.lepcnn.core.port.InProcessEdge;
import org.lepcnn.core.port.RoundRequest;
import org.lepcnn.core.port.RoundResult;
import org.lepcnn.deployments.Json;

/** The gateway's inputs and answers, over an edge in this process. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class GatewayTest {
  private static final int PASSES = 8;

  @TempDir private static Path folder;
  private static ModelBundle bundle;

  @BeforeAll
  static void importModel() {
    bundle = Meter.importBundle();
  }

  private static Path config(String... lines) throws IOException {
    Path file = Files.createTempFile(folder, "gateway", ".properties");
    return Files.writeString(file, String.join("\n", lines) + "\n");
  }

  private static Gateway open(String name) throws IOException {
    return Gateway.open(
        GatewayConfig.read(config(name, List.of("hall"))),
        new InProcessEdge(bundle.edge(), new ScalarKernels()));
  }

  /** A session for each name, each with a device of its own. */
  private static Path config(String device, List<String> sessions) throws IOException {
    List<String> lines =
        new ArrayList<>(
            List.of("gateway = home", "bootstrap.servers = localhost:9", "reservation = 2"));
    for (String session : sessions) {
      String name = session + "-" + device;
      ProvisionedDevice provisioned =
          ProvisionedDevice.create(folder.resolve(name), bundle, "meter-" + device, PASSES);
      lines.add("session." + session + ".state = " + folder.relativize(provisioned.state()));
      lines.add("session." + session + ".tables = " + folder.relativize(provisioned.tables()));
    }
    return config(lines.toArray(new String[0]));
  }

  @Test
  void beforeAGatewayIsReady_everyModelsCodeIsWarmedOnce() throws Exception {
    AtomicInteger rehearsals = new AtomicInteger();
    EdgeTransport transport =
        new ForwardingEdgeTransport(new InProcessEdge(bundle.edge(), new ScalarKernels())) {
          @Override
          public void warmUp(Plan plan) {
            rehearsals.incrementAndGet();
          }
        };
    Path file = config("warm", List.of("hall", "attic"));
    try (Gateway gateway = Gateway.open(GatewayConfig.read(file), transport)) {
      assertThat(rehearsals).hasValue(1);
      assertThat(gateway.ready().toString()).contains("\"hall\"", "\"attic\"", "\"loops\"");
    }
  }

  @Test
  void linesOfJson_areAnswered_andSoIsWhatIsNone() throws Exception {
    String picture = Meter.pictures().get(0).toString();
    List<String> lines =
        List.of(
            "{\"device\":\"hall\",\"input\":\"" + picture + "\",\"id\":\"one\"}",
            "",
            "{\"device\":\"meter-lines\",\"input\":\"" + picture + "\"}",
            "{\"device\":\"stranger\",\"input\":\"" + picture + "\"}",
            "{\"device\":\"hall\",\"input\":\"/absent.png\"}",
            "{\"device\":\"hall\"}",
            "{\"device\":\"hall\",\"input\":\"x\",\"more\":1}",
            "{\"device\":\"hall\",\"input\":\"a\\u0000b\"}",
            "[".repeat(100_000),
            "no json");
    List<Json> answers = new CopyOnWriteArrayList<>();
    try (Gateway gateway = open("lines")) {
      assertThat(gateway.ready().toString()).contains("\"ready\":true", "meter-lines");
      new LineInputs(gateway, line -> answers.add(Json.parse(line.toString())))
          .run(new BufferedReader(new StringReader(String.join("\n", lines))));
    }
    List<Json> good = answers.stream().filter(answer -> answer.has("outputs")).toList();
    assertThat(good).hasSize(2);
    assertThat(good)
        .allSatisfy(
            answer -> {
              assertThat(answer.at("device").asText()).isEqualTo("meter-lines");
              String output = answer.at("outputs").names().get(0);
              assertThat(answer.at("outputs").at(output).items()).hasSize(10);
            });
    assertThat(good).filteredOn(answer -> answer.has("id")).hasSize(1);
    assertThat(answers).filteredOn(answer -> answer.has("error")).hasSize(7);
    assertThat(answers)
        .filteredOn(answer -> answer.has("error"))
        .extracting(answer -> answer.at("error").asText())
        .containsOnly("BadInputException");
  }

  @Test
  void filesInAFolder_areRunOnceAndMovedAway() throws Exception {
    Path watched = Files.createDirectories(folder.resolve("watched"));
    Path device = Files.createDirectories(watched.resolve("hall"));
    Files.copy(Meter.pictures().get(0), device.resolve("a.png"));
    Files.copy(Meter.pictures().get(1), device.resolve("b.png.tmp"));
    Files.writeString(device.resolve("c.npy"), "no array");
    List<Json> answers = new CopyOnWriteArrayList<>();
    try (Gateway gateway = open("watch")) {
      FolderInputs inputs =
          new FolderInputs(watched, gateway, line -> answers.add(Json.parse(line.toString())));
      assertThat(inputs.runOnce()).isEqualTo(2);
      assertThat(inputs.runOnce()).isZero();
    }
    assertThat(answers).hasSize(2);
    assertThat(answers.get(0).has("outputs")).isTrue();
    assertThat(answers.get(1).at("error").asText()).isEqualTo("BadInputException");
    assertThat(device.resolve("done").resolve("a.png")).exists();
    assertThat(device.resolve("b.png.tmp")).exists();
    assertThat(device.resolve("running")).isEmptyDirectory();
  }

  /** Whether a file could be read is nobody's business but the application's. */
  @Test
  void inputsThatAreRefused_lookOnTheWireLikeAnyOther() throws Exception {
    String good = Meter.pictures().get(0).toString();
    Path noPicture = Files.writeString(folder.resolve("no-picture.png"), "no picture");
    Path noArray = Files.writeString(folder.resolve("no-array.npy"), "no array");
    List<String> withBad =
        sentFor("bad", List.of(good, noPicture.toString(), noArray.toString(), "/absent", good));
    assertThat(withBad).isEqualTo(sentFor("good", List.of(good, good, good, good, good)));
  }

  private static List<String> sentFor(String name, List<String> inputs) throws Exception {
    List<String> sent = new CopyOnWriteArrayList<>();
    EdgeTransport transport =
        new ForwardingEdgeTransport(new InProcessEdge(bundle.edge(), new ScalarKernels())) {
          @Override
          public CompletableFuture<RoundResult> exchange(RoundRequest request) {
            int elements =
                request.tensors().stream()
                    .mapToInt(tensor -> request.plan().tensor(tensor.id()).elements())
                    .sum();
            sent.add(request.pass().pass() + "/" + request.round() + " " + elements);
            return super.exchange(request);
          }
        };
    List<org.lepcnn.core.io.Json> answers = new CopyOnWriteArrayList<>();
    try (Gateway gateway =
        Gateway.open(GatewayConfig.read(config(name, List.of("hall"))), transport)) {
      for (String input : inputs) {
        gateway.run("hall", null, Path.of(input), answers::add).join();
      }
    }
    assertThat(answers).hasSize(inputs.size());
    return sent;
  }

  @Test
  void configuration_isCheckedKeyByKey() throws IOException {
    String[] good = {
      "gateway = home",
      "bootstrap.servers = localhost:9",
      "session.a.state = s",
      "session.a.tables = t"
    };
    GatewayConfig config = GatewayConfig.read(config(good));
    assertThat(config.inFlight()).isEqualTo(4);
    assertThat(config.sessions().get("a").state()).isEqualTo(folder.resolve("s"));
    for (String wrong :
        List.of(
            "in.flihgt = 4",
            "in.flight = 0",
            "in.flight = 65",
            "reservation = many",
            "patience.seconds = -1",
            "gateway = a b",
            "session.b.state = s",
            "session.a.colour = red",
            "client.config = absent")) {
      String[] lines = java.util.Arrays.copyOf(good, good.length + 1);
      lines[good.length] = wrong;
      assertThatThrownBy(() -> GatewayConfig.read(config(lines)))
          .as(wrong)
          .isInstanceOf(BadInputException.class);
    }
    assertThatThrownBy(() -> GatewayConfig.read(config("gateway = home")))
        .hasMessageContaining("bootstrap.servers");
    assertThatThrownBy(() -> GatewayConfig.read(folder.resolve("absent")))
        .isInstanceOf(BadInputException.class);
  }
}
