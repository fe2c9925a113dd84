/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.bench.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.json.Result;

/** What a benchmark found, as files: {@code <name>.json}, {@code .txt} and, with a chart, PNG. */
public interface WrittenResult extends Result {
  /** The files' name, without its end. */
  String fileName();

  /** A chart of it; null for none. */
  BarChart chart();

  /**
   * Writes the files.
   *
   * @param folder made if absent
   */
  default void write(Path folder) {
    try {
      Files.createDirectories(folder);
      Files.writeString(folder.resolve(fileName() + ".json"), json() + "\n");
      Files.writeString(folder.resolve(fileName() + ".txt"), text());
      if (chart() != null) {
        chart().write(folder.resolve(fileName() + ".png"));
      }
    } catch (IOException e) {
      throw EnvironmentException.about("Writing the results of a benchmark")
          .expected("a writable folder " + folder)
          .found(e);
    }
  }
}
