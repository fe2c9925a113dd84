/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.table;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.lepcnn.core.model.Plan;

/** Whoever can write a table file, and knows its layout as everybody does, but no key. */
public final class TableBytes implements AutoCloseable {
  private final byte[] good;
  private final RandomAccessFile file;
  private final TableHeader.Sized header;
  private final TableLayout layout;

  public TableBytes(Path path, Plan plan) {
    try {
      good = Files.readAllBytes(path);
      file = new RandomAccessFile(path.toFile(), "rw");
      header = TableHeader.read(path, file);
      layout =
          new TableLayout(header.header().version(), plan, header.header().challengesPerLayer());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Flips bit {@code bit} of one sealed residue of U. */
  public void flip(long pass, int layer, int element, int bit) {
    long at = factorsAt(pass, layer);
    if (!layout.isPacked(layer)) {
      flip(at + 4L * element + bit / 8, bit % 8);
      return;
    }
    int tile = element / FactorStream.TILE;
    int inTile = element % FactorStream.TILE;
    int count = Math.min(FactorStream.TILE, layout.outputSize(layer) - tile * FactorStream.TILE);
    at += 4L * FactorStream.TILE / 4 * 3 * tile;
    int quarter = (count + 3) / 4;
    if (inTile < 3 * quarter) {
      flip(at + 4L * inTile + bit / 8, bit % 8);
    } else {
      // the highest bytes of three int32 that lie a quarter apart
      flip(at + 4L * (inTile - 3 * quarter + bit / 8 * quarter) + 3, bit % 8);
    }
  }

  /** Flips a bit of the file. */
  public void flip(long at, int bit) {
    write(at, new byte[] {(byte) (at(at) ^ (1 << bit))});
  }

  /** Where U of a layer begins. */
  public long factorsAt(long pass, int layer) {
    return header.bytes() + layout.layerOffset(position(pass), layer);
  }

  /** How many bytes U of a layer takes. */
  public int factorBytes(int layer) {
    return (int) FactorStream.bytes(layout.field(layer), layout.outputSize(layer));
  }

  /** Where the sealed sides of a pass begin; its factors follow. */
  public long sidesAt(long pass) {
    return header.bytes() + layout.sectionOffset(position(pass));
  }

  /** The bytes as they were written. */
  public byte[] original(long from, int count) {
    return Arrays.copyOfRange(good, (int) from, (int) from + count);
  }

  public void write(long at, byte[] bytes) {
    try {
      file.seek(at);
      file.write(bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Cuts the file off. */
  public void truncate(long length) {
    try {
      file.setLength(length);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Makes some bytes again what they were. */
  public void restore(long from, int count) {
    write(from, original(from, count));
  }

  /** Makes the file again what it was. */
  public void restore() {
    truncate(good.length);
    write(0, good);
  }

  private int at(long at) {
    try {
      file.seek(at);
      return file.read();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private int position(long pass) {
    return (int) (pass - header.header().id().firstPass());
  }

  @Override
  public void close() {
    try {
      file.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
