/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.model;

import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.core.model.Fingerprint;
import org.lepcnn.core.model.ModelBundle;

/**
 * Edge halves on this machine's disk, a folder per fingerprint that {@link ModelBundle#readEdge}
 * reads. A folder appears whole, by a rename, so that several processes may share a cache; what it
 * holds is verified when it is written and when it is read.
 */
final class ModelCache {
  private final Path folder;
  private final ModelFetch fetch;

  ModelCache(Path folder, ModelFetch fetch) {
    this.folder = folder;
    this.fetch = fetch;
  }

  /** The model's folder; fetched unless it is there. */
  Path get(PublishedModel model) {
    Path target = folderOf(model.id());
    if (!Files.exists(target.resolve(ModelBundle.MANIFEST_FILE))) {
      store(model, fetch.get(model.edgeHalf()), target);
    }
    return target;
  }

  /** Bytes of the edge half in a model's folder. */
  static long bytes(Path modelFolder) {
    try {
      return Files.size(modelFolder.resolve(ModelBundle.EDGE_FILE));
    } catch (IOException e) {
      throw EnvironmentException.about("Looking at the cached model in " + modelFolder)
          .expected("a readable folder")
          .found(e);
    }
  }

  /** Forgets a model; one that is not there is no error. */
  void remove(Fingerprint model) {
    try {
      delete(folderOf(model));
    } catch (IOException e) {
      throw EnvironmentException.about("Removing the cached model " + model)
          .expected("a writable folder")
          .found(e);
    }
  }

  private void store(PublishedModel model, byte[] edgeHalf, Path target) {
    try {
      Files.createDirectories(folder);
      Path temporary = Files.createTempDirectory(folder, model.id().shortName() + "-");
      try {
        ModelBundle.writeEdge(temporary, edgeHalf, model.deviceHash(), model.id());
        Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
      } catch (DirectoryNotEmptyException | FileAlreadyExistsException e) {
        // another process was faster
      } finally {
        delete(temporary);
      }
    } catch (IOException e) {
      throw EnvironmentException.about("Caching model " + model + " in " + folder)
          .expected("a writable folder")
          .found(e);
    }
  }

  private Path folderOf(Fingerprint model) {
    return folder.resolve(model.toString());
  }

  private static void delete(Path path) throws IOException {
    if (!Files.exists(path)) {
      return;
    }
    List<Path> paths;
    try (Stream<Path> walk = Files.walk(path)) {
      paths = walk.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path each : paths) {
      Files.deleteIfExists(each);
    }
  }
}
