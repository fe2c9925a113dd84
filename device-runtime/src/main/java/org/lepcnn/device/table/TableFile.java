/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.table;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.invoke.MethodHandles;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.core.io.CorruptFileException;
import org.lepcnn.core.model.Plan;
import org.lepcnn.device.integrity.FactorCheck;
import org.lepcnn.device.key.GroupKey;
import org.lepcnn.device.key.PassKey;
import org.lepcnn.device.key.SecretAccess;
import org.lepcnn.device.key.SecretKey;
import org.lepcnn.device.supply.DamagedTableException;
import org.lepcnn.device.supply.ResidueBuffer;
import org.lepcnn.device.vector.Words24;

/** One table file, open for reading; threads bring a sealer each. */
final class TableFile implements AutoCloseable {
  private static final SecretAccess ACCESS = SecretAccess.of(MethodHandles.lookup());

  private final Path path;
  private final RandomAccessFile file;
  private final TableHeader header;
  private final int headerBytes;
  private final TableLayout layout;
  private final Plan plan;

  private TableFile(Path path, RandomAccessFile file, TableHeader.Sized sized, Plan plan) {
    this.path = path;
    this.file = file;
    this.plan = plan;
    this.header = sized.header();
    this.headerBytes = sized.bytes();
    this.layout = new TableLayout(header.version(), plan, header.challengesPerLayer());
  }

  /**
   * Opens a file and checks that it has the bytes that the plan asks for.
   *
   * @throws CorruptFileException not a table, damaged in its header, too short or too long
   */
  static TableFile open(Path path, Plan plan) {
    try {
      RandomAccessFile file = new RandomAccessFile(path.toFile(), "r");
      try {
        TableFile opened = new TableFile(path, file, TableHeader.read(path, file), plan);
        opened.requireLength();
        return opened;
      } catch (IOException | RuntimeException e) {
        closeQuietly(file);
        throw e;
      }
    } catch (IOException e) {
      throw unreadable(path, e);
    }
  }

  /** False once it was closed, also by the interruption of a thread that read it. */
  boolean isOpen() {
    return file.getChannel().isOpen();
  }

  TableHeader header() {
    return header;
  }

  /** The vectors c, layer after layer, then by index. */
  List<int[]> readChallenges(VectorSealer sealer, GroupKey groupKey) {
    List<int[]> vectors = new ArrayList<>();
    try (SecretKey seal = groupKey.sealKey(header.salt())) {
      javax.crypto.SecretKey key = seal.toCipherKey(header.suite(), ACCESS);
      for (int layer = 0; layer < layout.layers(); layer++) {
        for (int index = 0; index < layout.challenges(layer); index++) {
          vectors.add(readChallenge(sealer, key, layer, index));
        }
      }
    }
    return vectors;
  }

  /** The key that opens a pass's section of this file. */
  javax.crypto.SecretKey sealKey(PassKey key) {
    try (SecretKey seal = key.sealKey(header.salt())) {
      return seal.toCipherKey(header.suite(), ACCESS);
    }
  }

  /** Whether factors are checked against sealed sides; else they have tags. */
  boolean hasSides() {
    return layout.hasSides();
  }

  /**
   * The factors' sides of one pass, for every challenge in order.
   *
   * @param key from {@link #sealKey}
   */
  int[] readSides(VectorSealer sealer, long pass, javax.crypto.SecretKey key) {
    int position = position(pass);
    ResidueBuffer sides = new ResidueBuffer(layout.challenges());
    try {
      sealer.open(
          key,
          layout.sectionOrdinal(position),
          address(pass, 0, VectorSealer.KIND_SIDES),
          path.toString(),
          file,
          headerBytes + layout.sectionOffset(position),
          sides,
          layout.challenges());
      return sides.toArray(layout.challenges());
    } catch (IOException e) {
      throw unreadable(path, e);
    } finally {
      sides.erase();
    }
  }

  /**
   * U of one pass and layer, checked against its sides.
   *
   * @param stream under the pass's key
   * @param sides from {@link #readSides}
   * @param check by the challenges of the pass's group
   * @param out has room for the layer's results; to be erased when this fails
   * @throws DamagedTableException the check fails
   */
  void readLayer(
      FactorStream stream,
      long pass,
      int[] sides,
      FactorCheck check,
      int layer,
      ResidueBuffer out) {
    requireRoom(layer, out);
    check.begin(plan.layer(layer));
    long offset = headerBytes + layout.layerOffset(position(pass), layer);
    int size = layout.outputSize(layer);
    try {
      long end = headerBytes + layout.sectionOffset(position(pass) + 1);
      stream.read(layer, layout.field(layer), file.getChannel(), offset, end, out, size, check);
    } catch (IOException e) {
      throw unreadable(path, e);
    }
    if (!check.accepts(sides)) {
      throw VectorSealer.damaged(path.toString(), "pass " + pass + ", layer " + layer, null);
    }
  }

  private int position(long pass) {
    return (int) (pass - header.id().firstPass());
  }

  private void requireRoom(int layer, ResidueBuffer out) {
    int size = layout.outputSize(layer);
    if (out.capacity() < size) {
      throw new IllegalArgumentException(
          "Reading U of layer " + layer + ": expected room for " + size + " residues.");
    }
  }

  /**
   * U of one pass and layer of a file whose factors have tags.
   *
   * @param key from {@link #sealKey}
   * @param out has room for the layer's results; all zeros when a tag is wrong
   * @throws DamagedTableException a tag is wrong
   */
  void readLayer(
      VectorSealer sealer, long pass, javax.crypto.SecretKey key, int layer, ResidueBuffer out) {
    requireRoom(layer, out);
    int size = layout.outputSize(layer);
    int position = position(pass);
    try {
      sealer.open(
          key,
          layout.layerOrdinal(position, layer),
          address(pass, layer, VectorSealer.KIND_UNBLINDING),
          path.toString(),
          file,
          headerBytes + layout.layerOffset(position, layer),
          out,
          layout.sealedSize(layer, size));
      unpack(layer, out, size);
    } catch (IOException e) {
      throw unreadable(path, e);
    }
  }

  @Override
  public void close() {
    closeQuietly(file);
  }

  private int[] readChallenge(
      VectorSealer sealer, javax.crypto.SecretKey key, int layer, int index) {
    int size = layout.inputSize(layer);
    ResidueBuffer vector = new ResidueBuffer(size);
    int kind = VectorSealer.KIND_FIRST_CHALLENGE + index;
    try {
      sealer.open(
          key,
          layout.challengeOrdinal(layer, index),
          address(header.id().group(), layer, kind),
          path.toString(),
          file,
          headerBytes + layout.challengeOffset(layer, index),
          vector,
          layout.sealedSize(layer, size));
      unpack(layer, vector, size);
      return vector.toArray(size);
    } catch (IOException e) {
      throw unreadable(path, e);
    }
  }

  private void unpack(int layer, ResidueBuffer vector, int size) {
    if (layout.isPacked(layer)) {
      Words24.unpack(vector.bytes(), size);
    }
  }

  private VectorSealer.Address address(long pass, int layer, int kind) {
    return new VectorSealer.Address(header.version(), pass, layer, kind);
  }

  private void requireLength() throws IOException {
    long expected = headerBytes + layout.bytes(header.id().passes());
    if (file.length() != expected) {
      throw new CorruptFileException(
          ("Reading table %s: the model's plan makes it %s bytes; found "
                  + "%s. Delete it and precompute the table again.")
              .formatted(path, expected, file.length()));
    }
  }

  private static EnvironmentException unreadable(Path path, IOException e) {
    return EnvironmentException.about("Reading table " + path).expected("a readable file").found(e);
  }

  private static void closeQuietly(RandomAccessFile file) {
    try {
      file.close();
    } catch (IOException e) {
      throw new EnvironmentException("Closing a table: " + e + ".", e);
    }
  }
}
