/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */

/**
 * Keys and how they follow from one another.
 *
 * <p>Every derivation is HKDF-SHA-256 (RFC 5869, no salt) of a 32-byte key to a 32-byte key; the
 * info string is the label and each context, every one with its length as a big-endian int32 in
 * front, so that no two derivations can meet.
 *
 * <pre>
 *   first key of a chain   derive(root, "chain", device, model fingerprint, chain id)
 *   pass key 0             the first key of the chain
 *   pass key n + 1         derive(pass key n, "next")
 *   mask key               derive(pass key, "mask")
 *   redraw key             derive(pass key, "redraw")
 *   seal key               derive(pass key, "seal", salt of the table file)
 *   factor key             derive(pass key, "seal-ctr", salt of the table file)
 *   challenge key          derive(first key, "challenge")
 *   group challenge key    derive(challenge key, "group", group as int64)
 *   challenge seal key     derive(group challenge key, "seal", salt of the table file)
 *   challenge word key     derive(group challenge key, "challenge")
 *   challenge redraw key   derive(group challenge key, "challenge redraw")
 * </pre>
 *
 * <p>The labels of mask, redraw, factor, challenge word and challenge redraw keys of the field of
 * 2²⁴ − 3 end with " 24".
 *
 * <p>These are the labels of the suite {@code aes}. In the suite {@code chacha} every label but
 * "group" ends with " chacha20" as well ({@link org.lepcnn.device.key.CipherSuite}): two chains
 * that differ in nothing but the suite have no key in common.
 *
 * <p>A pass key leads to all later ones and to no earlier one; that is the forward secrecy of a
 * device's state. Only mask, redraw, seal and factor keys, and what the challenges derive for
 * themselves, are ever used as keys of a cipher; root, chain, pass and challenge keys are not.
 */
@NullMarked
@Internal
package org.lepcnn.device.key;

import org.jspecify.annotations.NullMarked;
import org.lepcnn.core.api.Internal;
