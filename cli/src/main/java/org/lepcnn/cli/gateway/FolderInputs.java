/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli.gateway;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.core.io.AtomicFiles;
import org.lepcnn.core.io.Json;

/**
 * Requests as files: {@code FOLDER/DEVICE/file} is run for that device (or session), one file after
 * the other. Whoever puts a file there renames it into the folder when it is complete; names that
 * begin with a dot or end with {@code .tmp} are left alone.
 *
 * <p>A file moves to {@code DEVICE/running/} before it is sent and to {@code DEVICE/done/} after
 * its answers are printed. What is found in {@code running/} at the start was interrupted; it is
 * not run again by itself, because that would use up another pass: it stays there for whoever
 * decides.
 */
final class FolderInputs {
  private static final long POLL_MILLIS = 500;
  private static final String RUNNING = "running";
  private static final String DONE = "done";

  private final Path folder;
  private final Gateway gateway;
  private final Consumer<Json> answers;

  FolderInputs(Path folder, Gateway gateway, Consumer<Json> answers) {
    this.folder = folder;
    this.gateway = gateway;
    this.answers = answers;
  }

  /** Watches until the thread is interrupted. */
  void run() {
    try {
      while (!Thread.currentThread().isInterrupted()) {
        runOnce();
        Thread.sleep(POLL_MILLIS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      throw new EnvironmentException(
          "Watching " + folder + ": expected a readable and writable folder; found: " + e + ".", e);
    }
  }

  /** Runs what is there now; returns how many files that were. */
  int runOnce() throws IOException, InterruptedException {
    int count = 0;
    for (Path device : list(folder)) {
      if (Files.isDirectory(device)) {
        for (Path file : list(device)) {
          if (Files.isRegularFile(file)) {
            run(device, file);
            count++;
          }
        }
      }
    }
    return count;
  }

  private void run(Path device, Path file) throws IOException, InterruptedException {
    Path running = move(file, device.resolve(RUNNING));
    gateway.run(device.getFileName().toString(), null, running, answers).join();
    move(running, device.resolve(DONE));
  }

  private static Path move(Path file, Path into) throws IOException {
    Files.createDirectories(into);
    return Files.move(file, into.resolve(file.getFileName()), StandardCopyOption.ATOMIC_MOVE);
  }

  private static List<Path> list(Path of) throws IOException {
    try (Stream<Path> entries = Files.list(of)) {
      return entries.filter(FolderInputs::isComplete).sorted().toList();
    }
  }

  private static boolean isComplete(Path path) {
    String name = path.getFileName().toString();
    return !name.startsWith(".") && !name.endsWith(AtomicFiles.TEMPORARY_SUFFIX);
  }
}
