/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.kernel.ScalarKernels;
import org.lepcnn.core.model.ModelBundle;
import org.lepcnn.core.model.Plan;
import org.lepcnn.core.port.EdgeTransport;
import org.lepcnn.core.port.ForwardingEdgeTransport;
import org.lepcnn.core.port.InProcessEdge;
import org.lepcnn.core.port.RoundRequest;
import org.lepcnn.core.port.RoundResult;
import org.lepcnn.json.Json;

/** The gateway's inputs and answers, over an edge in this process. */
@Tag("slow")
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
      assertThat(Json.write(gateway.ready(null, null)))
          .contains("\"hall\"", "\"attic\"", "\"loops\"");
    }
  }

  @Test
  void linesOfJson_areAnswered_andSoIsWhatIsNone() throws Exception {
    String picture = Meter.pictures().get(0).toString();
    List<String> lines =
        List.of(
            "\uFEFF{\"device\":\"hall\",\"input\":\"" + picture + "\",\"id\":\"one\"}",
            "",
            "{\"device\":\"meter-lines\",\"input\":\"" + picture + "\"}",
            "{\"device\":\"stranger\",\"input\":\"" + picture + "\",\"id\":\"two\"}",
            "{\"device\":\"hall\",\"input\":\"/absent.png\",\"id\":\"three\"}",
            "{\"device\":\"hall\",\"id\":\"four\"}",
            "{\"device\":\"hall\",\"input\":\"x\",\"more\":1,\"id\":\"five\"}",
            "{\"device\":\"hall\",\"input\":\"a\\u0000b\",\"id\":\"six\"}",
            "{\"device\":\"hall\",\"device\":\"hall\",\"input\":\"x\"}",
            "[".repeat(100_000),
            "no json");
    List<Json> answers = new CopyOnWriteArrayList<>();
    try (Gateway gateway = open("lines")) {
      assertThat(Json.write(gateway.ready(null, null))).contains("\"ready\":true", "meter-lines");
      new LineInputs(gateway, line -> answers.add(Json.parse(line.json())))
          .run(new BufferedReader(new StringReader(String.join("\n", lines))));
    }
    List<Json> good = answers.stream().filter(answer -> answer.has("outputs")).toList();
    assertThat(good).hasSize(2);
    assertThat(good)
        .allSatisfy(
            answer -> {
              assertThat(answer.at("device").asText()).isEqualTo("meter-lines");
              assertThat(answer.at("session").asText()).isEqualTo("hall");
              assertThat(answer.at("path").asText()).isEqualTo(picture);
              String name = answer.at("outputs").names().get(0);
              Json output = answer.at("outputs").at(name);
              assertThat(output.at("type").asText()).isEqualTo("float32");
              assertThat(output.at("shape").items()).hasSize(2);
              assertThat(output.at("values").items()).hasSize(10);
            });
    assertThat(good).filteredOn(answer -> answer.has("id")).hasSize(1);
    List<Json> bad = answers.stream().filter(answer -> answer.has("error")).toList();
    assertThat(bad).hasSize(8);
    assertThat(bad)
        .extracting(answer -> answer.at("error").asText())
        .containsOnly("BadInputException");
    assertThat(bad)
        .filteredOn(answer -> answer.has("id"))
        .extracting(answer -> answer.at("id").asText())
        .containsExactlyInAnyOrder("two", "three", "four", "five", "six");
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
          new FolderInputs(watched, gateway, line -> answers.add(Json.parse(line.json())));
      assertThat(inputs.runOnce()).isEqualTo(2);
      await(() -> Files.exists(device.resolve("failed/c.npy.reason.json")));
      await(() -> Files.exists(device.resolve("done/a.png")));
      assertThat(inputs.runOnce()).isZero();
    }
    assertThat(answers).hasSize(2);
    assertThat(answers).filteredOn(answer -> answer.has("outputs")).hasSize(1);
    assertThat(answers)
        .filteredOn(answer -> answer.has("error"))
        .extracting(answer -> answer.at("error").asText())
        .containsExactly("BadInputException");
    assertThat(device.resolve("failed/c.npy")).exists();
    assertThat(Files.readString(device.resolve("failed/c.npy.reason.json")))
        .contains("expected a NumPy file");
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
    List<Answer> answers = new CopyOnWriteArrayList<>();
    try (Gateway gateway =
        Gateway.open(GatewayConfig.read(config(name, List.of("hall"))), transport)) {
      for (String input : inputs) {
        Request request = new Request(null, "hall", null, input);
        gateway.session("hall").run(request, () -> Path.of(input), answers::add).join();
      }
    }
    assertThat(answers).hasSize(inputs.size());
    return sent;
  }

  /** Nothing that lies in a watched folder ends the gateway, or keeps it from other devices. */
  @Test
  void aHostileTree_delaysNoOtherDevice() throws Exception {
    Path watched = Files.createDirectories(folder.resolve("hostile"));
    Path bad = Files.createDirectories(watched.resolve("hall"));
    Path good = Files.createDirectories(watched.resolve("attic"));
    Path stranger = Files.createDirectories(watched.resolve("nobody"));
    Path picture = Meter.pictures().get(0);
    Files.copy(picture, bad.resolve("running"));
    Files.createDirectories(bad.resolve("done/b.png"));
    Files.copy(picture, bad.resolve("b.png"));
    Files.createDirectories(bad.resolve("folder.png"));
    Files.write(bad.resolve("tiny.pb"), new byte[] {8, -1, -1, -1, -1, 7, 16, 1});
    Files.writeString(bad.resolve("name without dot"), "");
    Files.createSymbolicLink(bad.resolve("dangling.png"), Path.of("nowhere"));
    Files.createSymbolicLink(bad.resolve("loop.png"), Path.of("loop.png"));
    Files.copy(picture, stranger.resolve("a.png"));
    Files.copy(picture, good.resolve("a.png"));
    List<Json> answers = new CopyOnWriteArrayList<>();
    try (Gateway gateway =
        Gateway.open(
            GatewayConfig.read(config("hostile", List.of("hall", "attic"))),
            new InProcessEdge(bundle.edge(), new ScalarKernels()))) {
      FolderInputs inputs =
          new FolderInputs(watched, gateway, line -> answers.add(Json.parse(line.json())));
      inputs.runOnce();
      await(() -> Files.exists(good.resolve("done/a.png")));
      await(() -> Files.exists(stranger.resolve("failed/a.png")));
      await(() -> Files.exists(bad.resolve("done/b~2.png")));
      await(() -> Files.exists(bad.resolve("failed/tiny.pb")));
      await(() -> Files.exists(bad.resolve("failed/name without dot")));
      await(() -> Files.exists(bad.resolve("done/running~2")));
      assertThat(bad.resolve("done/b.png")).isDirectory();
      assertThat(inputs.runOnce()).isZero();
    }
    assertThat(answers)
        .filteredOn(answer -> answer.has("outputs"))
        .extracting(answer -> answer.at("session").asText())
        .containsExactlyInAnyOrder("hall", "hall", "attic");
  }

  /** What is wrong here is said without a broker, and what was opened before it is closed again. */
  @Test
  void missingFolders_areToldBeforeTheBrokerIsAsked() throws Exception {
    Path good = config("local", List.of("hall"));
    Path both = folder.resolve("both.properties");
    List<String> lines = new ArrayList<>(Files.readAllLines(good));
    lines.add("session.roof.state = nowhere");
    lines.add("session.roof.tables = nowhere");
    Files.write(both, lines);
    Supplier<EdgeTransport> never =
        () -> {
          throw new AssertionError("asked");
        };
    assertThatThrownBy(() -> Gateway.open(GatewayConfig.read(both), never))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("nowhere");
    Gateway.open(GatewayConfig.read(good), new InProcessEdge(bundle.edge(), new ScalarKernels()))
        .close();
  }

  /** An input that is taken away before its turn is nobody's any more. */
  @Test
  void aFileThatVanishes_isNoAnswerAndNoEnd() throws Exception {
    Path watched = Files.createDirectories(folder.resolve("vanishing"));
    Path device = Files.createDirectories(watched.resolve("hall"));
    List<Json> answers = new CopyOnWriteArrayList<>();
    try (Gateway gateway = open("vanish")) {
      Path file = Files.copy(Meter.pictures().get(0), device.resolve("a.png"));
      CompletableFuture<List<Json>> vanished = new CompletableFuture<>();
      var unused =
          gateway
              .session("hall")
              .run(
                  new Request(null, "hall", null, file.toString()),
                  () -> {
                    throw new CancellationException("taken away");
                  },
                  line -> answers.add(Json.parse(line.json())))
              .whenComplete((failures, stopped) -> vanished.complete(List.of()));
      vanished.join();
      FolderInputs inputs =
          new FolderInputs(watched, gateway, line -> answers.add(Json.parse(line.json())));
      assertThat(inputs.runOnce()).isEqualTo(1);
      await(() -> Files.exists(device.resolve("done/a.png")));
    }
    assertThat(answers).hasSize(1);
  }

  private static void await(BooleanSupplier condition) throws InterruptedException {
    while (!condition.getAsBoolean()) {
      Thread.sleep(20); // the class's limit ends what never happens
    }
  }

  /** The example of the documents, with a byte-order mark as some editors write one. */
  @Test
  void theDocumentedConfiguration_isRead() throws IOException {
    String operations =
        Files.readString(
            Path.of(System.getProperty("lepcnn.home")).resolve("docs/operations/gateway.md"));
    Matcher example =
        Pattern.compile("```properties\n(gateway = .*?)```", Pattern.DOTALL).matcher(operations);
    assertThat(example.find()).isTrue();
    Files.writeString(folder.resolve("client.properties"), "\uFEFFclient.id = hall\n");
    GatewayConfig config = GatewayConfig.read(config("\uFEFF" + example.group(1)));
    assertThat(config.inFlight()).isEqualTo(4);
    assertThat(config.sessions().get("hall").model()).isEqualTo("3fb2");
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
