/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.precompute;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.core.io.AtomicFiles;
import org.lepcnn.core.io.BodyReader;
import org.lepcnn.core.io.BodyWriter;
import org.lepcnn.core.io.CheckedFile;
import org.lepcnn.core.io.WholeFile;
import org.lepcnn.core.model.Fingerprint;
import org.lepcnn.core.port.ChainId;
import org.lepcnn.core.port.PassId;
import org.lepcnn.precompute.job.PassRange;

/**
 * What an output folder is still owed: a file in it, from before the passes are issued until all
 * their tables are complete. The layout stands in the package's description. Nothing here is
 * secret.
 *
 * @param device the device id
 * @param model the fingerprint
 * @param challengesPerLayer of the tables
 * @param ranges passes whose tables are to be made, in the order they were issued
 */
record Order(String device, Fingerprint model, int challengesPerLayer, List<PassRange> ranges) {
  /** Its name in the output folder. */
  static final String FILE = "precompute.order";

  private static final int MAGIC = 0x4c455052; // "LEPR"
  private static final int VERSION = 1;

  /** Some hundred thousand ranges. */
  static final int MAX_BYTES = 1 << 24;

  Order {
    ranges = List.copyOf(ranges);
  }

  /** The order of a folder; empty when the folder is owed nothing. */
  static Optional<Order> read(Path folder) {
    Path file = folder.resolve(FILE);
    byte[] bytes;
    try {
      bytes = WholeFile.read(file.toString(), file, MAX_BYTES);
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw EnvironmentException.about("Reading " + file).expected("a readable file").found(e);
    }
    return Optional.of(parse(file.toString(), bytes));
  }

  /** Makes this the folder's order, durably. */
  void write(Path folder) {
    BodyWriter body = new BodyWriter();
    body.string(device).bytes(model.toBytes()).int32(challengesPerLayer).int32(ranges.size());
    for (PassRange range : ranges) {
      body.string(range.chain()).int64(range.first()).int64(range.last());
    }
    AtomicFiles.write(folder.resolve(FILE), CheckedFile.frame(MAGIC, VERSION, body.toByteArray()));
  }

  /** The folder is owed nothing any more. */
  static void delete(Path folder) {
    try {
      Files.deleteIfExists(folder.resolve(FILE));
      AtomicFiles.syncDirectory(folder);
    } catch (IOException e) {
      throw EnvironmentException.about(
              "Deleting " + folder.resolve(FILE) + ", all of whose tables are made")
          .found(e);
    }
  }

  private static Order parse(String what, byte[] bytes) {
    BodyReader in =
        new BodyReader(what, CheckedFile.open(what, bytes, MAGIC, VERSION, VERSION).body());
    String device = PassId.checkDevice(in.string());
    Fingerprint model = Fingerprint.of(in.bytes());
    int challengesPerLayer = in.int32();
    List<PassRange> ranges =
        in.list(() -> new PassRange(ChainId.parse(in.string()).toString(), in.int64(), in.int64()));
    in.end();
    return new Order(device, model, challengesPerLayer, ranges);
  }
}
