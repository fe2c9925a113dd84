/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.onnxruntime;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The folder in the temporary directory into which ONNX Runtime unpacks its native library.
 *
 * <p>ONNX Runtime 1.29 asks Java to delete the folder at the exit before its files, which fails and
 * leaves one empty folder a process. Here all of it is deleted, on Linux, where a process can tell
 * which folder is its own. With {@code onnxruntime.native.path} nothing is unpacked.
 */
final class UnpackedLibrary {
  private static final Path MAPPED_FILES = Path.of("/proc/self/maps");
  private static final String FOLDER = "/onnxruntime-java";
  private static final String LIBRARY = "libonnxruntime.so";

  private UnpackedLibrary() {}

  /** To be called once, when the library is loaded. */
  static void deleteAtExit() {
    if (!Files.isReadable(MAPPED_FILES)) {
      return;
    }
    try (Stream<String> lines = Files.lines(MAPPED_FILES)) {
      folder(lines)
          .ifPresent(
              folder ->
                  Runtime.getRuntime()
                      .addShutdownHook(new Thread(() -> delete(folder), "delete-unpacked")));
    } catch (IOException | RuntimeException e) {
      // the folder stays, as without this class
    }
  }

  /** The folder that the lines of {@code /proc/PID/maps} name. */
  static Optional<Path> folder(Stream<String> maps) {
    return maps.filter(line -> line.contains(FOLDER) && line.endsWith("/" + LIBRARY))
        .map(line -> Path.of(line.substring(line.indexOf('/'))).getParent())
        .filter(folder -> folder.getFileName().toString().startsWith(FOLDER.substring(1)))
        .findFirst();
  }

  private static void delete(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        Files.deleteIfExists(file);
      }
      Files.deleteIfExists(folder);
    } catch (IOException e) {
      // what is left ONNX Runtime's own request to Java deletes
    }
  }
}
