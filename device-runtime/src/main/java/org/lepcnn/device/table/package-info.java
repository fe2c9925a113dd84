/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */

/**
 * Decryption tables: unblinding factors U = W·r and challenge vectors c, sealed.
 *
 * <p>A file holds some or all passes of one group of {@link
 * org.lepcnn.device.supply.PassGroups#SIZE} passes and is named {@code
 * <group>-<first>-<last>.lept}. While it is written it is named {@code
 * <group>-<first>-<last>.lept.<8 hexadecimal digits>.tmp}, different for every writer.
 *
 * <pre>
 *   header          LEPT 3 in the frame of CheckedFile: string device, int64 and int64 chain id,
 *                   bytes model fingerprint (32), int64 group, int64 first pass, int64 last pass,
 *                   int32 challenges per layer (1 or 2; of layers modulo 2²⁴ − 3 always 2), int32
 *                   cipher suite (0 aes, 1 chacha), bytes salt (32, random for every writing)
 *   challenges      per layer of the plan, per challenge: vector c (inputSize residues)
 *   pass section    for first … last: per layer of the plan: vector U (outputSize residues)
 *
 *   vector          little-endian int32: the residues, or of a layer modulo 2²⁴ − 3 the residues
 *                   packed, four in three int32 ({@link org.lepcnn.device.vector.Words24}); cut into segments of 65,520 bytes (the last
 *                   one may be shorter, a vector never shares one), each sealed by itself
 *   sealed segment  ciphertext, 16 bytes of tag
 *     cipher          suite aes: AES-256-GCM; suite chacha: ChaCha20-Poly1305 (RFC 8439)
 *     key             the pass's seal key, or the group's challenge seal key, for the file's salt
 *     nonce           96-bit big-endian number of the segment in the file, from 0
 *     associated data int32 format version, bytes device, bytes chain id (16), bytes fingerprint
 *                     (32), int64 pass (the group, for challenges), int32 layer, int32 kind,
 *                     int32 segment of the vector, int32 segments of the vector, int64 bytes of
 *                     the vector
 *     kind            0: U; 1 and 2: c of challenge 0 and 1
 * </pre>
 *
 * <p>Integers are big-endian unless said otherwise; strings (UTF-8) and bytes carry their length as
 * int32. The reader takes all counts from the model's plan, none from the file but challenges per
 * layer, so that every segment has one place, and a segment that was moved, cut off, or taken from
 * another file, pass, chain, device or model does not open. Two writings of the same passes share
 * neither key nor ciphertext, because their salts differ: a key seals one file, in which no nonce
 * comes twice. The keys of the suites follow from different labels. 65,520 bytes and the tag make
 * 64 KiB: larger single calls fall out of the JVM's compiled AES.
 *
 * <p>Version history. LEPT 1: no layers modulo 2²⁴ − 3. LEPT 2: with them. Which layers these are
 * follows from the model's plan. LEPT 3: with the suite, which before was aes always. Readers
 * accept all.
 *
 * <p>The header is not secret; its checksum finds damage. A forged header leads to keys, places or
 * associated data under which nothing opens.
 */
@NullMarked
@Internal
package org.lepcnn.device.table;

import org.jspecify.annotations.NullMarked;
import org.lepcnn.core.api.Internal;
