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
 *   challenges      per layer of the plan, per challenge: vector c (inputSize residues), sealed
 *   pass section    for first … last: sealed vector of sides (one int32 for each layer of the plan and
 *                   challenge: t_U = ⟨a⊗b, U⟩ mod p); per layer of the plan: factors U (outputSize
 *                   residues), not sealed but in counter mode
 *
 *   sealed vector   little-endian int32: the residues, or of a c modulo 2²⁴ − 3 the residues packed,
 *                   four in three int32 ({@link org.lepcnn.device.vector.Words24}); cut into segments
 *                   of 65,520 bytes (the last one may be shorter, a vector never shares one), each
 *                   sealed by itself
 *   sealed segment  ciphertext, 16 bytes of tag
 *     cipher          suite aes: AES-256-GCM; suite chacha: ChaCha20-Poly1305 (RFC 8439)
 *     key             the pass's seal key, or the group's challenge seal key, for the file's salt
 *     nonce           96-bit big-endian number of the sealed segment in the file, from 0
 *     associated data int32 format version, bytes device, bytes chain id (16), bytes fingerprint
 *                     (32), int64 pass (the group, for challenges), int32 layer (0 for sides), int32
 *                     kind, int32 segment of the vector, int32 segments of the vector, int64 bytes
 *                     of the vector
 *     kind            0: U, in versions 1 and 2; 1 and 2: c of challenge 0 and 1; 3: sides
 *   factors         little-endian int32, in tiles of 16,384 residues (the last one may be shorter); a
 *                   tile modulo 2²⁴ − 3 is packed by itself, four in three int32, filled up with
 *                   zeros
 *     key             the pass's factor key of the layer's field, for the file's salt
 *     keystream       that of {@link org.lepcnn.device.mask} with the layer's number as id, from
 *                   block 0 on; exclusive or with all bytes of the layer
 * </pre>
 *
 * <p>Integers are big-endian unless said otherwise; strings (UTF-8) and bytes carry their length as
 * int32. The reader takes all counts from the model's plan, none from the file but challenges per
 * layer, so that everything has one place. A sealed segment that was moved, cut off, or taken from
 * another file, pass, chain, device or model does not open. 65,520 bytes and the tag make 64 KiB:
 * larger single calls fall out of the JVM's compiled AES.
 *
 * <p>Factors have no tags. They are read only through {@link
 * org.lepcnn.device.integrity.FactorCheck}: a layer is handed out when all its residues are
 * canonical, what fills it up is zero, and ⟨a⊗b, U⟩ is the sealed side for every challenge. The
 * sides are sealed under the key of the pass, not of the group: with ⟨c, r⟩ = t_U and the recorded
 * x + r whoever has c knows ⟨c, x⟩, so they must be lost with the pass.
 *
 * <p>A key of either kind serves one pass, or the challenges, in one file, whose salt is random:
 * two writings of the same passes share neither key nor ciphertext. In a file no nonce comes twice,
 * and a layer is written once under its id. After a failure a writer writes nothing more.
 *
 * <p>Version history. LEPT 1: no layers modulo 2²⁴ − 3. LEPT 2: with them; which layers these are
 * follows from the model's plan. In both a section has no sides, its factors are sealed vectors of
 * kind 0, and the suite is aes. LEPT 3: as above, and the header names the suite. Readers accept
 * all.
 *
 * <p>The header is not secret; its checksum finds damage. A forged header leads to keys, places or
 * associated data under which nothing opens.
 */
@NullMarked
@Internal
package org.lepcnn.device.table;

import org.jspecify.annotations.NullMarked;
import org.lepcnn.core.api.Internal;
