/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.core.error.LepcnnException;
import org.lepcnn.core.error.RefusedException;
import org.lepcnn.core.io.AtomicFiles;
import org.lepcnn.core.io.BodyReader;
import org.lepcnn.core.io.BodyWriter;
import org.lepcnn.core.io.WholeFile;
import org.lepcnn.core.model.ModelBundle;
import org.lepcnn.core.text.Printable;
import org.lepcnn.process.ManagedProcess;

/**
 * The files of one {@link ImportTrial}: what the parent asks for, what the child writes, its
 * working directory and its temporary directory. All are gone when the trial ends, also when the
 * parent is interrupted: the child is ended first then.
 *
 * <p>The child hands over a bundle with what is told of it, or a refusal, with the exit status of
 * its kind.
 */
final class TrialFolder implements AutoCloseable {
  private static final String PREFIX = "lepcnn-import";
  private static final String REQUEST = "request";
  private static final String STEPS = "steps";
  private static final String BUNDLE = "bundle";
  private static final String TOLD = "told";
  private static final String REFUSAL = "refusal";
  private static final int STEP_CHARACTERS = 200;

  private final Path root;
  private final Thread hook = new Thread(this::endAndDelete, "end-import-trial");
  private volatile ManagedProcess child;
  private long stepsRead;
  private String step = "";

  /** The folder as the child sees it. */
  TrialFolder(Path root) {
    this.root = root;
  }

  /** A new folder in the temporary directory of this process. */
  static TrialFolder create() {
    try {
      TrialFolder folder = new TrialFolder(Files.createTempDirectory(PREFIX).toAbsolutePath());
      Runtime.getRuntime().addShutdownHook(folder.hook);
      Files.createDirectory(folder.workingDirectory());
      Files.createDirectory(folder.temporaryDirectory());
      return folder;
    } catch (IOException e) {
      throw unusable(e);
    }
  }

  /** Where the child's output goes. */
  Path log() {
    return root.resolve("log");
  }

  /** The folder itself. */
  Path root() {
    return root;
  }

  /** Says what the child is to do. */
  void ask(TrialRequest request) {
    AtomicFiles.write(root.resolve(REQUEST), request.toBytes());
  }

  /** What it is to do. */
  TrialRequest request() {
    return TrialRequest.of(read(REQUEST, WholeFile.MAX_SETTINGS_BYTES));
  }

  /** Says what the child begins with. */
  void tell(String begun) {
    try {
      Files.writeString(
          root.resolve(STEPS),
          Printable.line(begun, STEP_CHARACTERS) + '\n',
          StandardOpenOption.CREATE,
          StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw unusable(e);
    }
  }

  /** Whether the child has begun something since this was asked before. */
  boolean hasNextStep() {
    if (root.resolve(STEPS).toFile().length() == stepsRead) {
      return false;
    }
    try (RandomAccessFile file = new RandomAccessFile(root.resolve(STEPS).toFile(), "r")) {
      byte[] bytes = new byte[(int) Math.min(file.length() - stepsRead, Short.MAX_VALUE)];
      file.seek(stepsRead);
      file.readFully(bytes);
      stepsRead += bytes.length;
      String lines = new String(bytes, StandardCharsets.UTF_8).strip();
      step = Printable.line(lines.substring(lines.lastIndexOf('\n') + 1), STEP_CHARACTERS);
      return true;
    } catch (IOException e) {
      return false; // not there yet
    }
  }

  /** What the child has begun last; empty when it has not read the model yet. */
  String step() {
    return step;
  }

  /** Hands the work's result over. */
  void handOver(TrialWork.Done done) {
    AtomicFiles.write(root.resolve(TOLD), done.told());
    done.bundle().write(root.resolve(BUNDLE)); // last: it completes
  }

  /** Hands a refusal over. */
  void refuse(int status, String message) {
    AtomicFiles.write(
        root.resolve(REFUSAL), new BodyWriter().int32(status).string(message).toByteArray());
  }

  /**
   * What the child has handed over.
   *
   * @throws LepcnnException the child's refusal
   */
  TrialWork.Done handedOver() {
    if (Files.exists(root.resolve(REFUSAL))) {
      throw refusal();
    }
    return new TrialWork.Done(
        ModelBundle.read(root.resolve(BUNDLE)), read(TOLD, WholeFile.MAX_SETTINGS_BYTES));
  }

  private RuntimeException refusal() {
    ByteBuffer bytes = ByteBuffer.wrap(read(REFUSAL, WholeFile.MAX_SETTINGS_BYTES));
    BodyReader in = new BodyReader("what a trial says", bytes);
    int status = in.int32();
    String message = in.string();
    return switch (status) {
      case 1 -> new RefusedException(message);
      case 2 -> new BadInputException(message);
      case 3 -> new EnvironmentException(message);
      default -> new IllegalStateException("In the process of a trial: " + message);
    };
  }

  private byte[] read(String name, long mostBytes) {
    try {
      return WholeFile.read(name + " of a trial", root.resolve(name), mostBytes);
    } catch (IOException e) {
      throw unusable(e);
    }
  }

  private static EnvironmentException unusable(IOException e) {
    return EnvironmentException.about("Trying an import in a process of its own")
        .expected("a temporary folder to write to and to read from")
        .found(e);
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
