/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */

/**
 * Claims and the replay guard: what the edge remembers of every device, in keyed state.
 *
 * <p>The guard detects a mask that is used twice; it does not prevent it, because masks live on the
 * device. After a loss of state it knows nothing of what was before: claims are gone, and devices
 * are answered NOT_CLAIMED.
 *
 * <h2>State per device (keyed by device id), version 3</h2>
 *
 * <pre>
 *   byte      version (3)
 *   varint    chains, 0 to the limit (2,000 by default), in the order of their first claims
 *   per chain:
 *     2 × int64  chain id
 *     32 bytes   model fingerprint
 *     2 × int64  instance of the claim in force
 *     varint     first claimed pass
 *     varint     claimed passes: last claimed pass − first + 1; 0 when all were released
 *     varint     1 + the last pass ever claimed by another instance; 0 for none
 *     byte       1 when the instance has released its claim, otherwise 0
 *     varint     floor: passes below are STALE
 *     byte       open passes, 0 to 64, ascending
 *     per open pass:
 *       varint   pass − previous pass (the first: − floor)
 *       varint   last round seen
 *       int64    digest of that round: the first 64 bits of SHA-256 over ids, shapes and residues
 *   varint    retired chains, 0 to 4,096
 *   per retired chain:
 *     2 × int64  chain id
 * </pre>
 *
 * Version 2 had the number of chains in a byte and no retired ones. Version 1 also had no byte for
 * the release, and one less for the claimed passes. Varints are unsigned, seven bits a byte, lowest
 * first.
 *
 * <h2>Size</h2>
 *
 * A chain with a full window of 64 takes 64 + 14 + 64 · 10 bytes, about 720; one with few passes in
 * flight about 120. A million devices of one chain each: 120 to 720 MB. Eight chains are kept of a
 * device and model, so that a device with one model takes 6 KB at most, and 2,000 of a device:
 * whoever is enrolled for 250 models and more can take 1.5 MB. The state of a device is read and
 * written as a whole. No chain that the device may use is ever forgotten: a further one is refused
 * {@code TOO_MANY_CHAINS}. A chain that the enrolment excludes gives way to it, and its name, 16
 * bytes, is refused for ever.
 */
@NullMarked
@Internal
package org.lepcnn.flink.guard;

import org.jspecify.annotations.NullMarked;
import org.lepcnn.core.api.Internal;
