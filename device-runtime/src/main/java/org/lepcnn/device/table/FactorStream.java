/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.table;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.invoke.MethodHandles;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.IntBuffer;
import java.nio.channels.FileChannel;
import java.util.Arrays;
import org.lepcnn.core.field.ResidueField;
import org.lepcnn.device.integrity.FactorCheck;
import org.lepcnn.device.key.CipherSuite;
import org.lepcnn.device.key.PassKey;
import org.lepcnn.device.key.SecretAccess;
import org.lepcnn.device.key.SecretKey;
import org.lepcnn.device.mask.StreamCipher;
import org.lepcnn.device.supply.ResidueBuffer;
import org.lepcnn.device.vector.Words24;

/**
 * Seals and opens the unblinding factors of passes without tags, tile by tile; see the package. A
 * tile is read, opened, taken apart and checked while it is in the cache. Buffers are reused; not
 * thread-safe.
 */
final class FactorStream {
  /** Residues of a tile: 64 KiB as int32. */
  static final int TILE = 16_384;

  private static final SecretAccess ACCESS = SecretAccess.of(MethodHandles.lookup());

  private final StreamCipher wide;
  private final StreamCipher narrow;
  private final SectionReader reader = new SectionReader();
  private final byte[] sealed = new byte[TILE * Integer.BYTES];
  private final byte[] plain = new byte[TILE * Integer.BYTES];
  private final IntBuffer plainInts =
      ByteBuffer.wrap(plain).order(ByteOrder.LITTLE_ENDIAN).asIntBuffer();
  private final int[] residues = new int[TILE];

  FactorStream(CipherSuite suite) {
    try (SecretKey zeros = SecretKey.copyOf(new byte[SecretKey.BYTES])) {
      wide = new StreamCipher(suite, zeros, ACCESS);
      narrow = new StreamCipher(suite, zeros, ACCESS);
    }
    erase();
  }

  /** How many int32 a tile takes in a file. */
  static int packedSize(ResidueField field, int count) {
    return field == ResidueField.P24 ? Words24.packedSize(count) : count;
  }

  /** How many bytes a layer's factors take in a file. */
  static long bytes(ResidueField field, int count) {
    // a tile has whole quarters, so that the last one alone can be padded
    return (long) packedSize(field, count) * Integer.BYTES;
  }

  /**
   * Goes on with a pass.
   *
   * @param key stays the caller's
   * @param salt of the file
   */
  void rekey(PassKey key, byte[] salt) {
    try (SecretKey factors = key.factorKey(ResidueField.P31, salt);
        SecretKey factors24 = key.factorKey(ResidueField.P24, salt)) {
      wide.rekey(factors);
      narrow.rekey(factors24);
    }
    reader.forget();
  }

  /**
   * Seals a layer's factors; once for each layer of a pass.
   *
   * @param values canonical residues
   */
  void write(int layer, ResidueField field, int[] values, OutputStream out) throws IOException {
    StreamCipher cipher = cipher(field);
    cipher.begin(layer);
    for (int from = 0; from < values.length; from += TILE) {
      int count = Math.min(TILE, values.length - from);
      System.arraycopy(values, from, residues, 0, count);
      int size = packedSize(field, count);
      if (field == ResidueField.P24) {
        int[] tile = count == TILE ? residues : Arrays.copyOf(residues, count);
        int[] packed = Words24.pack(tile);
        plainInts.put(0, packed);
        Arrays.fill(packed, 0);
        Arrays.fill(tile, 0);
      } else {
        plainInts.put(0, residues, 0, count);
      }
      cipher.apply(plain, 0, size * Integer.BYTES, sealed, 0);
      out.write(sealed, 0, size * Integer.BYTES);
    }
  }

  /**
   * Opens a layer's factors. What they are is for the check to say, once all are there.
   *
   * @param file others may read it too
   * @param offset where they begin
   * @param end where the section ends
   * @param out receives {@code length} values
   * @param check receives them too
   */
  void read(
      int layer,
      ResidueField field,
      FileChannel file,
      long offset,
      long end,
      ResidueBuffer out,
      int length,
      FactorCheck check)
      throws IOException {
    StreamCipher cipher = cipher(field);
    cipher.begin(layer);
    long position = offset;
    for (int from = 0; from < length; from += TILE) {
      int count = Math.min(TILE, length - from);
      int bytes = packedSize(field, count) * Integer.BYTES;
      int at = reader.read(file, position, bytes, end);
      position += bytes;
      cipher.apply(reader.bytes(), at, bytes, out.bytes(), from * Integer.BYTES);
      if (field == ResidueField.P24) {
        takeApart(out, from, count, check);
      }
      out.residues().get(from, residues, 0, count);
      check.add(residues, count);
    }
  }

  /** What fills the last quarter up is 0, or else somebody changed it. */
  private static void takeApart(ResidueBuffer out, int from, int count, FactorCheck check) {
    int padded = (count + 3) / 4 * 4;
    Words24.unpackFrom(out.bytes(), from, padded);
    int fill = 0;
    for (int i = count * Integer.BYTES; i < padded * Integer.BYTES; i++) {
      fill |= out.bytes()[from * Integer.BYTES + i];
    }
    check.rejectUnless(fill == 0);
  }

  /** Opens tiles of both fields again and again, with nothing but a throw-away key. */
  void warmUp(SecretKey key, int times) {
    wide.rekey(key);
    narrow.rekey(key);
    for (int i = 0; i < times; i++) {
      wide.begin(i);
      wide.apply(reader.bytes(), 0, sealed.length, plain, 0);
      narrow.begin(i);
      narrow.apply(reader.bytes(), 0, packedSize(ResidueField.P24, TILE) * Integer.BYTES, plain, 0);
      Words24.unpackFrom(plain, 0, TILE);
    }
    erase();
  }

  private StreamCipher cipher(ResidueField field) {
    return switch (field) {
      case P31 -> wide;
      case P24 -> narrow;
    };
  }

  /** Erases the buffers and forgets the keys. */
  void erase() {
    wide.close();
    narrow.close();
    reader.erase();
    Arrays.fill(sealed, (byte) 0);
    Arrays.fill(plain, (byte) 0);
    Arrays.fill(residues, 0);
  }
}
