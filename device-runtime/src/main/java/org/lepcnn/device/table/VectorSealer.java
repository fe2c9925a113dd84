/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.table;

import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.IntBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import org.jspecify.annotations.Nullable;
import org.lepcnn.core.port.ChainId;
import org.lepcnn.device.key.CipherSuite;
import org.lepcnn.device.supply.DamagedTableException;
import org.lepcnn.device.supply.ResidueBuffer;

/**
 * Seals and opens the vectors of one chain's tables, segment by segment; see the package. Buffers
 * are reused; not thread-safe.
 */
final class VectorSealer {
  /** Residues of U. */
  static final int KIND_UNBLINDING = 0;

  /** Residues of c of challenge 0; 1 more for the next. */
  static final int KIND_FIRST_CHALLENGE = 1;

  /** The factors' sides of all challenges of a pass. */
  static final int KIND_SIDES = 3;

  static final int TAG_BYTES = SegmentCipher.TAG_BYTES;

  /** With its tag a segment is 64 KiB. */
  static final int SEGMENT_BYTES = (64 << 10) - TAG_BYTES;

  private static final int SEGMENT_RESIDUES = SEGMENT_BYTES / Integer.BYTES;

  final SegmentCipher cipher;
  final byte[] plain = new byte[SEGMENT_BYTES];
  final byte[] sealed = new byte[SEGMENT_BYTES + TAG_BYTES];
  private final IntBuffer residues =
      ByteBuffer.wrap(plain).order(ByteOrder.LITTLE_ENDIAN).asIntBuffer();
  private final ByteBuffer associatedData;
  private final int varyingPart;

  /**
   * Which vector of which section.
   *
   * @param version of the file's format
   * @param pass the pass, or the group for challenges
   */
  record Address(int version, long pass, int layer, int kind) {
    /** In a file of the version that is written. */
    Address(long pass, int layer, int kind) {
      this(TableHeader.VERSION, pass, layer, kind);
    }

    @Override
    public String toString() {
      if (kind == KIND_SIDES) {
        return "the factors' sides of pass " + pass;
      }
      return kind == KIND_UNBLINDING
          ? "pass " + pass + ", layer " + layer
          : "challenge " + (kind - KIND_FIRST_CHALLENGE) + " of group " + pass + ", layer " + layer;
    }
  }

  VectorSealer(TableId id, CipherSuite suite) {
    cipher = new SegmentCipher(suite);
    byte[] device = id.device().getBytes(StandardCharsets.UTF_8);
    byte[] model = id.model().toBytes();
    associatedData = ByteBuffer.allocate(64 + device.length + ChainId.BYTES + model.length);
    associatedData.position(Integer.BYTES); // the version, which is the file's
    associatedData.putInt(device.length).put(device);
    associatedData.putInt(ChainId.BYTES).putLong(id.chain().high()).putLong(id.chain().low());
    associatedData.putInt(model.length).put(model);
    varyingPart = associatedData.position();
  }

  /** Segments of a vector. */
  static int segments(int length) {
    return (length + SEGMENT_RESIDUES - 1) / SEGMENT_RESIDUES;
  }

  /** Bytes of a sealed vector. */
  static long sealedBytes(int length) {
    return (long) length * Integer.BYTES + (long) segments(length) * TAG_BYTES;
  }

  /** Seals a vector to {@code out}; its segments are numbered from {@code ordinal} on. */
  void seal(SecretKey key, long ordinal, Address address, int[] values, OutputStream out)
      throws IOException {
    for (int segment = 0; segment < segments(values.length); segment++) {
      int from = segment * SEGMENT_RESIDUES;
      int count = Math.min(SEGMENT_RESIDUES, values.length - from);
      residues.position(0);
      residues.put(values, from, count);
      try {
        prepare(Cipher.ENCRYPT_MODE, key, ordinal + segment, address, segment, values.length);
        int written = cipher.end(plain, count * Integer.BYTES, sealed, 0);
        out.write(sealed, 0, written);
      } catch (GeneralSecurityException e) {
        throw new IllegalStateException("The cipher refuses to seal", e);
      }
    }
  }

  /**
   * Opens a vector.
   *
   * @param what names the file in errors
   * @param offset where the vector starts in {@code file}
   * @param out receives {@code length} residues; all zeros when the vector does not open
   * @throws DamagedTableException a tag is wrong
   */
  void open(
      SecretKey key,
      long ordinal,
      Address address,
      String what,
      RandomAccessFile file,
      long offset,
      ResidueBuffer out,
      int length)
      throws IOException {
    long position = offset;
    for (int segment = 0; segment < segments(length); segment++) {
      int from = segment * SEGMENT_RESIDUES;
      int count = Math.min(SEGMENT_RESIDUES, length - from);
      int sealedBytes = count * Integer.BYTES + TAG_BYTES;
      // others may read the same file, which has one position
      synchronized (file) {
        file.seek(position);
        file.readFully(sealed, 0, sealedBytes);
      }
      position += sealedBytes;
      try {
        prepare(Cipher.DECRYPT_MODE, key, ordinal + segment, address, segment, length);
        cipher.end(sealed, sealedBytes, out.bytes(), from * Integer.BYTES);
      } catch (AEADBadTagException e) {
        out.erase();
        throw refusal(what, address, segment, e);
      } catch (GeneralSecurityException e) {
        throw new IllegalStateException("The cipher refuses to open", e);
      }
    }
  }

  /**
   * Opens a sealed message of zeros again and again, with nothing but a throw-away key.
   *
   * @param bytes of the message, whole residues, at most a segment
   */
  void warmUp(SecretKey key, long ordinal, int bytes, int times) {
    Address address = new Address(0, 0, KIND_UNBLINDING);
    try {
      prepare(Cipher.ENCRYPT_MODE, key, ordinal, address, 0, bytes / Integer.BYTES);
      cipher.end(plain, bytes, sealed, 0);
      for (int i = 0; i < times; i++) {
        prepare(Cipher.DECRYPT_MODE, key, ordinal, address, 0, bytes / Integer.BYTES);
        cipher.end(sealed, bytes + TAG_BYTES, plain, 0);
      }
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("The cipher refuses its own segment", e);
    }
  }

  /** Erases the buffers, and the keys inside the cipher. */
  void erase() {
    Arrays.fill(plain, (byte) 0);
    Arrays.fill(sealed, (byte) 0);
    try {
      cipher.forgetKey();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("The cipher refuses a key", e);
    }
  }

  private void prepare(
      int mode, SecretKey key, long ordinal, Address address, int segment, int length)
      throws GeneralSecurityException {
    associatedData.putInt(0, address.version()).position(varyingPart);
    associatedData.putLong(address.pass()).putInt(address.layer()).putInt(address.kind());
    associatedData.putInt(segment).putInt(segments(length));
    associatedData.putLong((long) length * Integer.BYTES);
    cipher.begin(mode, key, ordinal, associatedData.array(), associatedData.position());
  }

  private static DamagedTableException refusal(
      String what, Address address, int segment, AEADBadTagException cause) {
    return damaged(what, address + ", segment " + segment, cause);
  }

  /** The exception for what is not as it was sealed. */
  static DamagedTableException damaged(String file, String where, @Nullable Throwable cause) {
    return new DamagedTableException(
        ("Opening table %s, %s: it was damaged, moved, or sealed for another pass, chain, device or"
                + " model. Precompute the table again.")
            .formatted(file, where),
        cause);
  }
}
