/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */

/**
 * Masks: residues that are uniform on F_p and a function of the pass key and the tensor id alone.
 *
 * <pre>
 *   keystream      the cipher's blocks n = 0, 1, 2, … of the stream with the tensor id as id
 *     suite aes      block n is AES-256 of  id (int64, big-endian) ‖ n (int64, big-endian): 16 bytes
 *     suite chacha   block n is the ChaCha20 block function (RFC 8439) with the state words 12 to 15
 *                    n and id, each as two words, the lower one first: 64 bytes. In the RFC's terms
 *                    the counter is n mod 2³² and the nonce  n / 2³² (int32) ‖ id (int64), both
 *                    little-endian
 *   word j         of p = 2³¹ − 1: bytes 4j … 4j + 3 of the keystream as a little-endian int32, top
 *                  bit cleared
 *                  of p = 2²⁴ − 3: the keystream is cut into segments of 6,144 bytes, 1,536
 *                  little-endian int32, that hold 2,048 words each, packed as {@link
 *                  org.lepcnn.device.vector.Words24} says
 *   residue j      word j, unless that is not below p; then the first word below p among
 *                  redraw(j, 0), redraw(j, 1), …
 *   redraw(j, k)   the first four bytes of block n = k · 2³² + j of the keystream under the redraw
 *                  key as a little-endian int32, the upper bits cleared, so that 31 or 24 are left
 * </pre>
 *
 * <p>The keys of the two fields follow from different labels ({@link
 * org.lepcnn.device.key.PassKey}): no key stream masks in both.
 *
 * <p>A word is uniform on 0 … 2³¹ − 1 or 0 … 2²⁴ − 1, so what is left after rejection is uniform on
 * F_p exactly, as far as the cipher's blocks are random: AES-256 is a permutation, so that no two
 * of its blocks are equal; ChaCha20's are independent.
 */
@NullMarked
@Internal
package org.lepcnn.device.mask;

import org.jspecify.annotations.NullMarked;
import org.lepcnn.core.api.Internal;
