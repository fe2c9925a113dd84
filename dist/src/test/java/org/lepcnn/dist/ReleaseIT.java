/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.dist;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lepcnn.deployments.LocalBroker;
import org.lepcnn.deployments.LocalEdge;
import org.lepcnn.deployments.LocalLayout;
import org.lepcnn.process.FreePorts;

/** The archives of a release, unpacked, on a Java runtime without tools. */
class ReleaseIT {
  private static final long LIMIT_MINUTES = 15;
  private static final String VERSION = System.getProperty("lepcnn.version");
  private static final Path ARCHIVES = Path.of(System.getProperty("lepcnn.archives"));

  @TempDir private static Path folder;

  private static Path release;
  private static Path gatewayRelease;
  private static Path runtime;

  private record Ended(int status, String out, String err) {}

  @BeforeAll
  static void unpack() throws Exception {
    release = unpacked("lepcnn-" + VERSION);
    gatewayRelease = unpacked("lepcnn-gateway-" + VERSION);
    runtime = folder.resolve("runtime");
    int status =
        ToolProvider.findFirst("jlink")
            .orElseThrow()
            .run(
                System.out,
                System.err,
                "--add-modules",
                "java.se,jdk.unsupported,jdk.incubator.vector,jdk.crypto.ec,jdk.management",
                "--output",
                runtime.toString());
    assertThat(status).isZero();
    assertThat(runtime.resolve("bin/java")).exists();
    assertThat(runtime.resolve("bin/javac")).doesNotExist();
  }

  @Test
  void demo_runs() throws Exception {
    Ended demo = run(release, null, "demo", "--passes", "4", "--out", folder.resolve("demo"));
    assertThat(demo.status()).as(demo.err()).isZero();
    assertThat(demo.out()).contains("4 of 4 answers are the labels");
  }

  @Test
  void ownModel_fromImportToAGateway() throws Exception {
    Path model = release.resolve("examples/meter-digits/meter-digits.onnx");
    Path picture = release.resolve("examples/meter-digits/pictures/03.png");
    Path bundle = folder.resolve("bundle");
    Path owner = folder.resolve("owner.lep");
    Path grant = folder.resolve("meter.grant");
    Path tables = folder.resolve("tables");
    Path state = folder.resolve("state");
    done("import", model, "-o", bundle);
    done("owner", "create", "-o", owner);
    done("device", "provision", "meter", "--owner", owner, "--bundle", bundle, "-o", grant);
    done(
        "precompute",
        "--owner",
        owner,
        "--bundle",
        bundle,
        "--device",
        "meter",
        "--passes",
        "8",
        "-o",
        tables);
    done("device", "init", grant, "--state", state);
    LocalLayout layout = new LocalLayout(release);
    try (LocalBroker broker =
        LocalBroker.start(layout, folder.resolve("broker"), FreePorts.find())) {
      String servers = broker.bootstrapServers();
      done("topics", "create", "--gateway", "home", "--bootstrap-server", servers);
      done("models", "publish", bundle, "--bootstrap-server", servers);
      done(
          "devices",
          "enrol",
          "meter",
          "--gateway",
          "home",
          "--model",
          bundle,
          "--bootstrap-server",
          servers);
      try (LocalEdge edge =
          LocalEdge.startEnrolled(
              layout, folder.resolve("edge"), servers, folder.resolve("models"))) {
        assertThat(edge.isAlive()).isTrue();
        String answer =
            done(
                "infer",
                picture,
                "--state",
                state,
                "--tables",
                tables,
                "--gateway",
                "home",
                "--bootstrap-server",
                servers);
        assertThat(answer).contains("03.png");
        assertThat(answerOfAGateway(servers, state, tables, picture))
            .contains("\"device\":\"meter\"", "\"input\"");
      }
    }
  }

  @Test
  void theGatewaysRelease_holdsNeitherFlinkNorOwnersCode() throws Exception {
    try (Stream<Path> files = Files.list(gatewayRelease.resolve("lib"))) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .anyMatch(name -> name.startsWith("lepcnn-gateway-"))
          .noneMatch(
              name -> name.matches("(flink|dnnl|lepcnn-(cli|onnx|offline|edge|deploy)).*\\.jar"));
    }
    Ended other = run(gatewayRelease, null, "owner", "create");
    assertThat(other.status()).isEqualTo(3);
    assertThat(other.err()).hasLineCount(1).contains("lepcnn gateway --config FILE");
  }

  @Test
  void completionAndBillOfMaterials_areThere() throws Exception {
    assertThat(Files.readString(release.resolve("completion/lepcnn.bash")))
        .contains("precompute", "complete -F _complete_lepcnn");
    assertThat(Files.readString(release.resolve("sbom.json")))
        .contains("CycloneDX", "kafka-clients", "flink-runtime", "onnxruntime");
  }

  private static String answerOfAGateway(String servers, Path state, Path tables, Path picture)
      throws Exception {
    Path config =
        Files.writeString(
            folder.resolve("gateway.properties"),
            """
            gateway = home
            bootstrap.servers = %s
            session.meter.state = %s
            session.meter.tables = %s
            """
                .formatted(servers, state, tables));
    Path lines =
        Files.writeString(
            folder.resolve("lines"),
            "{\"device\":\"meter\",\"input\":\"%s\"}%n".formatted(picture));
    Ended ended = run(gatewayRelease, lines, "gateway", "--config", config);
    assertThat(ended.status()).as(ended.err()).isZero();
    return ended.out();
  }

  private static Path unpacked(String name) throws Exception {
    Path archive = ARCHIVES.resolve(name + ".tar.gz");
    Process tar =
        new ProcessBuilder("tar", "xzf", archive.toString())
            .directory(folder.toFile())
            .inheritIO()
            .start();
    assertThat(tar.waitFor(LIMIT_MINUTES, TimeUnit.MINUTES)).isTrue();
    assertThat(tar.exitValue()).isZero();
    return folder.resolve(name);
  }

  private static String done(Object... arguments) throws Exception {
    Ended ended = run(release, null, arguments);
    assertThat(ended.status()).as(ended.err()).isZero();
    return ended.out();
  }

  private static Ended run(Path home, Path input, Object... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of(home.resolve("bin/lepcnn").toString()));
    for (Object argument : arguments) {
      command.add(argument.toString());
    }
    Path out = folder.resolve("out");
    Path err = folder.resolve("err");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectInput(input == null ? Path.of("/dev/null").toFile() : input.toFile())
            .redirectOutput(out.toFile())
            .redirectError(err.toFile());
    builder.environment().put("JAVA_HOME", runtime.toString());
    builder.environment().put("LEPCNN_NO_BUILD", "1");
    Process process = builder.start();
    try {
      assertThat(process.waitFor(LIMIT_MINUTES, TimeUnit.MINUTES)).isTrue();
    } finally {
      process.destroyForcibly();
    }
    return new Ended(process.exitValue(), Files.readString(out), Files.readString(err));
  }
}
