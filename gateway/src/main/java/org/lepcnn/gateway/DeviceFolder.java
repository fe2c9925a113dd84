/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.gateway;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.error.EnvironmentException;

/** The folder of one device under a watched folder; see {@link FolderInputs}. */
final class DeviceFolder {
  private static final String RUNNING = "running";
  private static final String DONE = "done";
  private static final String FAILED = "failed";

  /** Behind the name of a failed file: what holds the reason. */
  private static final String REASON = ".reason.json";

  private static final List<String> RESERVED = List.of(RUNNING, DONE, FAILED);

  /** More wait in the folder, where whoever put them can still take them away. */
  private static final int MOST_WAITING = 64;

  private final Path folder;
  private final Gateway gateway;
  private final Consumer<Answer> answers;
  private final Set<Path> waiting = ConcurrentHashMap.newKeySet();
  private volatile String trouble = "";

  DeviceFolder(Path folder, Gateway gateway, Consumer<Answer> answers) {
    this.folder = folder;
    this.gateway = gateway;
    this.answers = answers;
  }

  /** Begins what is there now and has room; returns how many files that were. */
  int runOnce() {
    int count = 0;
    try {
      freeReservedNames();
      requireWaysOut();
      for (Path file : FolderInputs.list(folder)) {
        if (waiting.size() >= MOST_WAITING) {
          return count;
        }
        if (Files.isRegularFile(file) && waiting.add(file)) {
          count += begin(file) ? 1 : 0;
        }
      }
    } catch (IOException e) {
      sayOnce("reading it", e);
    }
    return count;
  }

  /** A file under one of the names that folders need is an input like any other. */
  private void freeReservedNames() throws IOException {
    for (String name : RESERVED) {
      Path path = folder.resolve(name);
      if (Files.isRegularFile(path)) {
        Path unused = UniqueNames.move(path, folder);
      }
    }
  }

  /**
   * What is answered must not be an input again: nothing begins while one of the folders leads back
   * into those that are watched.
   */
  private void requireWaysOut() throws IOException {
    for (String name : RESERVED) {
      Path path = folder.resolve(name);
      if (Files.isSymbolicLink(path) && (!Files.isDirectory(path) || leadsBack(path))) {
        throw new NotDirectoryException(path + ", a link that leads back or nowhere");
      }
    }
  }

  /** The device's folder may be a link itself. */
  private boolean leadsBack(Path link) throws IOException {
    Path real = link.toRealPath();
    return real.startsWith(folder.getParent().toRealPath()) || real.startsWith(folder.toRealPath());
  }

  /** Begins a file; whether that could be done. */
  private boolean begin(Path file) {
    Request request = new Request(null, folder.getFileName().toString(), null, file.toString());
    GatewaySession session;
    try {
      session = gateway.session(request.session());
    } catch (BadInputException e) {
      return refuse(file, request.failed(null, e));
    }
    Path[] running = new Path[1];
    var unused =
        session
            .run(request, () -> running[0] = take(file), answers)
            .whenComplete(
                (failures, stopped) -> {
                  if (stopped == null) {
                    end(file, running[0] == null ? file : running[0], failures);
                  } else {
                    waiting.remove(file);
                  }
                });
    return true;
  }

  /** Answers a file that no session is for; what cannot be moved is not answered, for the time. */
  private boolean refuse(Path file, Answer answer) {
    Path running;
    try {
      running = take(file);
    } catch (CancellationException e) {
      waiting.remove(file);
      return false;
    }
    answers.accept(answer);
    end(file, running, List.of(answer));
    return true;
  }

  private Path take(Path file) {
    try {
      return UniqueNames.move(file, folder.resolve(RUNNING));
    } catch (NoSuchFileException e) {
      throw new CancellationException("taken away again");
    } catch (IOException e) {
      sayOnce("moving an input to " + RUNNING, e);
      throw new CancellationException("cannot be moved");
    }
  }

  /** Runs after the answers are told: whatever goes wrong here, no answer is lost. */
  private void end(Path file, Path now, List<Answer> failures) {
    try {
      if (failures.isEmpty()) {
        Path unused = UniqueNames.move(now, folder.resolve(DONE));
      } else {
        String reasons =
            failures.stream().map(Answer::json).collect(Collectors.joining("\n", "", "\n"));
        Path unused = UniqueNames.move(now, folder.resolve(FAILED), REASON, reasons);
      }
      trouble = "";
    } catch (IOException e) {
      sayOnce("moving an answered input", e);
    } finally {
      waiting.remove(file);
    }
  }

  private void sayOnce(String what, IOException e) {
    if (!e.toString().equals(trouble)) {
      trouble = e.toString();
      answers.accept(
          new Request(null, folder.getFileName().toString(), null, folder.toString())
              .failed(
                  null,
                  EnvironmentException.about("Watching " + folder + ", " + what)
                      .expected("a folder that can be read and written")
                      .found(e, "The gateway tries again.")));
    }
  }
}
