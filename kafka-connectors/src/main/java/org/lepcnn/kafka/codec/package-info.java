/**
 * The records on the wire, and their decoding within bounds.
 *
 * <p>Every record value is an Avro single object:
 *
 * <pre>
 *   C3 01                      marker of Avro's single-object encoding, version 1
 *   8 bytes, little-endian     CRC-64-AVRO fingerprint of the writer's schema
 *   body                       Avro binary; integers are zigzag varints
 * </pre>
 *
 * and the body of the two records that carry a tensor is
 *
 * <pre>
 *   TensorChunk                               LayerChunk
 *   string  device   (length, then ASCII)     string  device
 *   16      chain    (big-endian)             16      chain
 *   32      model    (fingerprint)            32      model
 *   long    pass                              long    pass
 *   int     round                             int     round
 *   16      instance                          int     layer
 *   int     tensor                            int     chunk
 *   int     chunk                             int     chunks
 *   int     chunks                            bytes   payload
 *   long    lifetimeMillis
 *   bytes   payload  (length, then residues: little-endian, planar order)
 * </pre>
 *
 * <p>A residue takes four bytes in the field of 31 bits, three in that of 24. The plan says which,
 * no record does: a record in the other form has another length than the plan's, and is refused.
 *
 * <p>The cut of a tensor into chunks is part of the format: see {@link
 * org.lepcnn.kafka.chunk.ChunkLayout}. The schemas themselves are the files {@code *.avsc} from
 * which {@code org.lepcnn.kafka.wire} is generated; they evolve by Avro's rules, and the payload
 * stays the last field. A reader finds the writer's schema by its fingerprint in {@link
 * org.lepcnn.kafka.codec.KnownSchemas}; what it does not know, it refuses.
 *
 * <p>Decoding trusts no length: each is checked against the bytes that are there before anything is
 * allocated, so that a record of n bytes never costs more than a small multiple of n. Whatever the
 * bytes are, the outcome is a record or a {@link org.lepcnn.kafka.chunk.MalformedRecordException}.
 *
 * <p>Version history: {@code DeviceRecord} has named chains since its second version; records of
 * the first are read as naming none. Residues of 24 bits take three bytes since models have them;
 * those of 31 bits are as in the first version, and so is all else.
 */
@NullMarked
@Internal
package org.lepcnn.kafka.codec;

import org.jspecify.annotations.NullMarked;
import org.lepcnn.core.api.Internal;
