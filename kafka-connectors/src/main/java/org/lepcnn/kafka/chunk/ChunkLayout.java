/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.kafka.chunk;

import java.util.Optional;
import org.lepcnn.core.field.ResidueField;
import org.lepcnn.core.linear.ConvGeometry;

/**
 * How a tensor is cut into records. The cut is part of the wire format and follows from the number
 * of elements alone, whatever their field: every chunk but the last carries {@link
 * #MAX_CHUNK_ELEMENTS} residues, the last one the rest.
 *
 * <p><b>Limit.</b> One tensor has at most {@link ConvGeometry#MAX_TENSOR_ELEMENTS} residues, 64
 * MiB, which is {@link #MAX_CHUNKS} chunks. A record with its key and Kafka's own framing stays
 * below {@link #MAX_RECORD_BYTES}, under the default limits of brokers, topics and clients, so that
 * no limit has to be raised anywhere.
 */
public final class ChunkLayout {
  /** No record, with key and framing, reaches this size. */
  public static final int MAX_RECORD_BYTES = 1_000_000;

  /**
   * Kept free for everything that is not payload: at most 249 bytes of ids in the value, 128 of
   * key, and Kafka's batch and record framing (61 and at most 21).
   */
  static final int RESERVED_BYTES = 1_024;

  /** Residues of a full chunk, in either field. */
  public static final int MAX_CHUNK_ELEMENTS = (MAX_RECORD_BYTES - RESERVED_BYTES) / Integer.BYTES;

  /** Chunks of the largest tensor. */
  public static final int MAX_CHUNKS = count(ConvGeometry.MAX_TENSOR_ELEMENTS);

  private ChunkLayout() {}

  /** Chunks of a tensor with that many elements (at least one). */
  public static int count(int elements) {
    return (elements + MAX_CHUNK_ELEMENTS - 1) / MAX_CHUNK_ELEMENTS;
  }

  /** Index of a chunk's first element in its tensor. */
  public static int firstElement(int chunk) {
    return chunk * MAX_CHUNK_ELEMENTS;
  }

  /** Residues that a chunk of a tensor carries. */
  public static int elementsOf(int chunk, int elements) {
    return Math.min(MAX_CHUNK_ELEMENTS, elements - firstElement(chunk));
  }

  /**
   * How a chunk differs from what the cut of a tensor says; empty when it fits.
   *
   * @param field of the tensor
   * @param elements of the tensor
   */
  public static Optional<String> misfit(
      ResidueField field, int elements, int chunk, int chunks, int payloadBytes) {
    int count = count(elements);
    if (chunks != count) {
      return Optional.of("number of chunks: expected " + count + "; found " + chunks);
    }
    if (chunk < 0 || chunk >= count) {
      return Optional.of("chunk number: expected 0 to " + (count - 1) + "; found " + chunk);
    }
    int bytes = elementsOf(chunk, elements) * field.wireBytes();
    return payloadBytes == bytes
        ? Optional.empty()
        : Optional.of("payload: expected " + bytes + " bytes; found " + payloadBytes);
  }

  /** Checks what can be checked without knowing the tensor. */
  public static void check(String what, int chunk, int chunks, int payloadBytes) {
    require(chunks >= 1 && chunks <= MAX_CHUNKS, what, "a number of chunks", 1, MAX_CHUNKS, chunks);
    require(chunk >= 0 && chunk < chunks, what, "a chunk number", 0, chunks - 1, chunk);
    for (ResidueField field : ResidueField.values()) {
      int residues = payloadBytes / field.wireBytes();
      int least = chunk < chunks - 1 ? MAX_CHUNK_ELEMENTS : 1;
      if (residues * field.wireBytes() == payloadBytes
          && residues >= least
          && residues <= MAX_CHUNK_ELEMENTS) {
        return;
      }
    }
    throw MalformedRecordException.about(what)
        .expected(
            (chunk < chunks - 1 ? "" : "1 to ")
                + MAX_CHUNK_ELEMENTS
                + " residues of 3 or 4 bytes each")
        .found("a payload of " + payloadBytes + " bytes");
  }

  private static void require(
      boolean holds, String what, String name, int least, int most, int found) {
    if (!holds) {
      throw MalformedRecordException.about(what)
          .expected(name + " from " + least + " to " + most)
          .found(found);
    }
  }
}
