/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.table;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.util.List;
import org.lepcnn.core.api.PublicApi;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.io.Folders;
import org.lepcnn.device.key.CipherSuite;

/**
 * What a table file says about itself without any key. It is a claim until the keys confirm it.
 *
 * @param formatVersion version of the layout
 * @param suite under which it is sealed
 * @param challengesPerLayer 1, or 2 with the double check
 * @param fileBytes size of the file
 */
@PublicApi
public record TableDescription(
    TableId id, int formatVersion, CipherSuite suite, int challengesPerLayer, long fileBytes) {

  /**
   * Reads the header of a file.
   *
   * @throws org.lepcnn.core.io.CorruptFileException not a table, short or damaged
   */
  public static TableDescription read(Path path) {
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "r")) {
      TableHeader header = TableHeader.read(path, file).header();
      return new TableDescription(
          header.id(),
          header.version(),
          header.suite(),
          header.challengesPerLayer(),
          file.length());
    } catch (IOException e) {
      throw BadInputException.about("Reading table " + path).expected("a readable file").found(e);
    }
  }

  /** The files of a folder that are tables by their names. */
  public static List<Path> filesIn(Path folder) {
    try {
      return Folders.list(folder, file -> file.toString().endsWith(TableId.SUFFIX));
    } catch (IOException e) {
      throw BadInputException.about("Inspecting " + folder).expected("a readable folder").found(e);
    }
  }
}
