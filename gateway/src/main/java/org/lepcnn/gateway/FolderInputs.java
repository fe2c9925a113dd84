/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.gateway;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.core.io.AtomicFiles;

/**
 * Requests as files: {@code FOLDER/DEVICE/file} is run for that device (or session), several at a
 * time as its session allows, and each device apart from the others. Whoever puts a file there
 * renames it into the folder when it is complete; names that begin with a dot or end with {@code
 * .tmp} are left alone.
 *
 * <p>A file moves to {@code DEVICE/running/} before it is sent, and after its answers are printed
 * to {@code DEVICE/done/}, or to {@code DEVICE/failed/} with the failed answers beside it. It never
 * takes the place of another: a name that is taken gets a number. What is found in {@code running/}
 * at the start was interrupted; it is not run again by itself, because that would use up another
 * pass: it stays there for whoever decides.
 *
 * <p>What cannot be read or moved is said once, and tried again; it ends nothing.
 */
public final class FolderInputs {
  private static final long POLL_MILLIS = 500;
  private static final int MOST_ENTRIES = 4_096;

  private final Path folder;
  private final Gateway gateway;
  private final Consumer<Answer> answers;
  private final Map<Path, DeviceFolder> devices = new HashMap<>();
  private String trouble;

  public FolderInputs(Path folder, Gateway gateway, Consumer<Answer> answers) {
    this.folder = folder;
    this.gateway = gateway;
    this.answers = answers;
  }

  /** Watches until the thread is interrupted. */
  public void run() {
    try {
      while (!Thread.currentThread().isInterrupted()) {
        runOnce();
        Thread.sleep(POLL_MILLIS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Begins what is there now and has room; returns how many files that were. */
  int runOnce() {
    int count = 0;
    try {
      for (Path path : list(folder)) {
        if (Files.isDirectory(path)) {
          count +=
              devices
                  .computeIfAbsent(path, added -> new DeviceFolder(added, gateway, answers))
                  .runOnce();
        }
      }
      devices.keySet().removeIf(path -> !Files.exists(path, LinkOption.NOFOLLOW_LINKS));
      trouble = null;
    } catch (IOException e) {
      sayOnce(e);
    }
    return count;
  }

  private void sayOnce(IOException e) {
    if (!e.toString().equals(trouble)) {
      trouble = e.toString();
      answers.accept(
          new Request(null, null, null, folder.toString())
              .failed(
                  null,
                  EnvironmentException.about("Watching " + folder)
                      .expected("a folder that can be read")
                      .found(e, "The gateway tries again.")));
    }
  }

  /** The first entries that are complete, by name; a huge folder is read piece by piece. */
  static List<Path> list(Path of) throws IOException {
    try (Stream<Path> entries = Files.list(of)) {
      return entries.filter(FolderInputs::isComplete).limit(MOST_ENTRIES).sorted().toList();
    } catch (java.io.UncheckedIOException e) {
      throw e.getCause();
    } catch (NoSuchFileException e) {
      return List.of(); // removed meanwhile
    }
  }

  private static boolean isComplete(Path path) {
    String name = path.getFileName().toString();
    return !name.startsWith(".") && !name.endsWith(AtomicFiles.TEMPORARY_SUFFIX);
  }
}
