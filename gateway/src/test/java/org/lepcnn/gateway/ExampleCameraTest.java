/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lepcnn.core.kernel.ScalarKernels;
import org.lepcnn.core.model.ModelBundle;
import org.lepcnn.core.port.InProcessEdge;
import org.lepcnn.deployments.LocalLayout;
import org.lepcnn.json.Json;

/** The camera in {@code examples/clients}, before a folder that is watched, and one that is not. */
@Tag("slow")
class ExampleCameraTest {
  private static final int PASSES = 4;

  @TempDir private Path folder;

  /** What the camera printed, standard output and error together. */
  private record Run(int status, List<String> lines) {}

  private static Run camera(int waitSeconds, Path device, Path... pictures) throws Exception {
    Path script = LocalLayout.find().home().resolve("examples/clients/camera.sh");
    List<String> command = new ArrayList<>(List.of("sh", script.toString(), device.toString()));
    for (Path picture : pictures) {
      command.add(picture.toString());
    }
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("LEPCNN_WAIT", String.valueOf(waitSeconds));
    Process process = builder.start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Run(process.waitFor(), output.lines().toList());
  }

  @Test
  void pictures_areAnswered_andABadOneIsNamed() throws Exception {
    ModelBundle bundle = Meter.importBundle();
    ProvisionedDevice device =
        ProvisionedDevice.create(folder.resolve("own"), bundle, "meter-17", PASSES);
    Path config =
        Files.write(
            folder.resolve("gateway.properties"),
            List.of(
                "gateway = home",
                "bootstrap.servers = localhost:9",
                "reservation = 2",
                "session.hall.state = " + device.state(),
                "session.hall.tables = " + device.tables()));
    Path watched = Files.createDirectory(folder.resolve("watched"));
    Path good = Meter.pictures().get(0);
    Path bad = Files.writeString(folder.resolve("no picture.png"), "no picture");
    List<Json> answers = new CopyOnWriteArrayList<>();
    try (Gateway gateway =
        Gateway.open(
            GatewayConfig.read(config), new InProcessEdge(bundle.edge(), new ScalarKernels()))) {
      Thread watcher =
          new Thread(
              new FolderInputs(watched, gateway, line -> answers.add(Json.parse(line.json())))
                  ::run);
      watcher.start();
      try {
        Run run = camera(300, watched.resolve("hall"), good, bad, good);
        assertThat(run.lines()).hasSize(3);
        assertThat(run.lines().get(0)).isEqualTo(good + ": answered");
        assertThat(run.lines().get(1)).startsWith(bad + ": failed, see ");
        assertThat(run.lines().get(2)).isEqualTo(good + ": answered");
        assertThat(run.status()).isEqualTo(1);
      } finally {
        watcher.interrupt();
        watcher.join();
      }
    }
    assertThat(answers).filteredOn(answer -> answer.has("outputs")).hasSize(2);
    assertThat(answers).filteredOn(answer -> answer.has("error")).hasSize(1);
  }

  @Test
  void aFolderThatNobodyWatches_isSaid() throws Exception {
    Path device = folder.resolve("hall");
    Run run = camera(1, device, Meter.pictures().get(0));
    assertThat(run.status()).isEqualTo(1);
    assertThat(run.lines()).singleElement().asString().contains("no answer within 1 s");
  }
}
