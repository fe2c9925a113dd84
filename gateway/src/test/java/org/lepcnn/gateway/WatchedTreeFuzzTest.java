/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.gateway;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lepcnn.core.fuzz.ByteMutator;
import org.lepcnn.core.fuzz.FuzzRun;
import org.lepcnn.core.kernel.ScalarKernels;
import org.lepcnn.core.model.ModelBundle;
import org.lepcnn.core.port.InProcessEdge;

/**
 * Watched folders as nobody would make them: whatever lies in them, the gateway goes on, no file is
 * lost or overwritten, and every file that could be moved is answered once. They are those of a
 * device that the gateway does not know, so that no pass is spent.
 */
@Tag("slow")
class WatchedTreeFuzzTest {
  private static final String MOVED = "all moved";
  private static final String HINDERED = "something was in the way, and that was said";

  private static final List<String> NAMES =
      List.of(
          "a.png",
          "a~2.png",
          "a.png.reason.json",
          "a~2.png.reason.json",
          "running",
          "running~2",
          "done",
          "failed",
          "failed~2",
          ".hidden",
          "b.tmp",
          "-rf",
          "line\nbreak",
          "ü\u202e",
          "n".repeat(255),
          "n".repeat(250) + ".png",
          "." + "n".repeat(200),
          "a." + "n".repeat(200),
          "dots...",
          "~");

  /** Also in the folders that the gateway makes. */
  private static final List<String> PLACES = List.of("", "", "", "running", "done", "failed");

  private static final List<String> LINKS =
      List.of("nowhere", "a.png", "..", "../../outside", "../../outside/file", ".", "failed");

  @TempDir private Path folder;

  @Test
  void noTree_endsTheGateway_orCostsAFile() throws IOException {
    ModelBundle bundle = Meter.importBundle();
    ProvisionedDevice known =
        ProvisionedDevice.create(folder.resolve("known"), bundle, "known-meter", 1);
    Path config = folder.resolve("gateway.properties");
    Files.write(
        config,
        List.of(
            "gateway = home",
            "bootstrap.servers = localhost:9",
            "session.known.state = " + known.state(),
            "session.known.tables = " + known.tables()));
    try (Gateway gateway =
        Gateway.open(
            GatewayConfig.read(config), new InProcessEdge(bundle.edge(), new ScalarKernels()))) {
      new FuzzRun(
              Long.getLong("fuzz.seed", 7), (random, number) -> attempt(gateway, random, number))
          .check("Hostile trees", Long.getLong("fuzz.inputs", 1_500), MOVED, HINDERED);
    }
  }

  private String attempt(Gateway gateway, ByteMutator random, long number) throws IOException {
    Path root = Files.createDirectories(folder.resolve("tree-" + number));
    Path device = device(random, root);
    Path outside = Files.createDirectories(root.resolve("outside"));
    Files.writeString(outside.resolve("file"), "outside");
    for (int i = random.below(7); i >= 0; i--) {
      plant(random, device, "file " + i);
    }
    List<String> before = contents(root);
    List<Answer> answers = new ArrayList<>();
    FolderInputs inputs = new FolderInputs(root.resolve("watched"), gateway, answers::add);
    int begun = inputs.runOnce();
    int again = inputs.runOnce();
    List<String> lost = new ArrayList<>(before);
    contents(root).forEach(lost::remove);
    String outcome = outcome(device, answers, begun, again);
    delete(root);
    return lost.isEmpty() ? outcome : "lost: " + lost;
  }

  /** A folder, or a link to one that lies elsewhere. */
  private static Path device(ByteMutator random, Path root) throws IOException {
    Path device = Files.createDirectories(root.resolve("watched")).resolve("nobody");
    return random.onceIn(4)
        ? Files.createSymbolicLink(device, Files.createDirectories(root.resolve("elsewhere")))
        : Files.createDirectories(device);
  }

  /** An answer for each file; one more, of the folder itself, where files could not be moved. */
  private static String outcome(Path device, List<Answer> answers, int begun, int again)
      throws IOException {
    boolean moved = FolderInputs.list(device).stream().noneMatch(Files::isRegularFile);
    long hindrances =
        answers.stream()
            .filter(answer -> answer.toString().contains("The gateway tries again."))
            .count();
    if (moved && again == 0 && hindrances == 0 && answers.size() == begun) {
      return MOVED;
    }
    return hindrances > 0 && answers.size() - hindrances == begun + again
        ? HINDERED
        : "files "
            + begun
            + " and "
            + again
            + ", moved "
            + moved
            + ", answers "
            + answers.size()
            + ", of hindrances "
            + hindrances;
  }

  private static void plant(ByteMutator random, Path device, String content) throws IOException {
    Path place = device.resolve(random.oneOf(PLACES));
    Path path = place.resolve(random.oneOf(NAMES));
    try {
      Files.createDirectories(place);
      switch (random.below(5)) {
        case 0 -> Files.createDirectories(path);
        case 1 -> Files.createSymbolicLink(path, Path.of(random.oneOf(LINKS)));
        default -> Files.writeString(path, content, StandardOpenOption.CREATE_NEW);
      }
    } catch (IOException e) {
      // something else is there already: the tree is hostile enough without it
    }
  }

  /** What is in the files, links not followed, the gateway's own reasons left out. */
  private static List<String> contents(Path root) throws IOException {
    List<String> contents = new ArrayList<>();
    for (Path path : entries(root)) {
      if (Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
        String text = Files.readString(path);
        if (!text.startsWith("{")) {
          contents.add(text);
        }
      }
    }
    return contents;
  }

  private static void delete(Path root) throws IOException {
    List<Path> entries = entries(root);
    for (int i = entries.size() - 1; i >= 0; i--) {
      Files.delete(entries.get(i));
    }
  }

  private static List<Path> entries(Path root) throws IOException {
    try (Stream<Path> entries = Files.walk(root)) {
      return entries.toList();
    }
  }
}
