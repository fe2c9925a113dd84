/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.lepcnn.process.ManagedProcess;

/**
 * The files of one {@link ImportTrial}: what the child writes, its working directory and its
 * temporary directory. All are gone when the trial ends, also when this process is interrupted: the
 * child is ended first then.
 */
final class TrialFolder implements AutoCloseable {
  private static final String PREFIX = "lepcnn-import";

  private final Path root;
  private final Thread hook = new Thread(this::endAndDelete, "end-import-trial");
  private volatile ManagedProcess child;

  private TrialFolder(Path root) {
    this.root = root;
  }

  /** A new folder in the temporary directory of this process. */
  static TrialFolder create() throws IOException {
    TrialFolder folder = new TrialFolder(Files.createTempDirectory(PREFIX));
    Runtime.getRuntime().addShutdownHook(folder.hook);
    Files.createDirectory(folder.workingDirectory());
    Files.createDirectory(folder.temporaryDirectory());
    return folder;
  }

  /** Where the child's output goes. */
  Path log() {
    return root.resolve("log");
  }

  /** What the child hands over; there only when it has written all of it. */
  Path record() {
    return root.resolve("record");
  }

  /** An empty directory: what a model looks for by a relative name is not there. */
  Path workingDirectory() {
    return root.resolve("work");
  }

  /** Where the child's native libraries are unpacked; it ends without tidying up. */
  Path temporaryDirectory() {
    return root.resolve("tmp");
  }

  /** Names the process that uses the folder. */
  void usedBy(ManagedProcess process) {
    child = process;
  }

  @Override
  public void close() {
    delete();
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException shuttingDown) {
      // the hook runs and finds nothing left to do
    }
  }

  private void endAndDelete() {
    ManagedProcess process = child;
    if (process != null) {
      process.kill();
    }
    delete();
  }

  private void delete() {
    for (Path path : deepestFirst()) {
      try {
        Files.deleteIfExists(path);
      } catch (IOException e) {
        path.toFile().deleteOnExit();
      }
    }
  }

  private List<Path> deepestFirst() {
    try (Stream<Path> paths = Files.walk(root)) {
      return paths.sorted(Comparator.reverseOrder()).toList();
    } catch (IOException | UncheckedIOException e) {
      return List.of(); // it is gone
    }
  }
}
