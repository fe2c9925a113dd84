/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */

/**
 * Claims and the replay guard: what the edge remembers of every device, in keyed state.
 *
 * <p>The guard detects a mask that is used twice; it does not prevent it, because masks live on the
 * device. After a loss of state it is blind for what was before: claims are gone and devices are
 * told NOT_CLAIMED.
 *
 * <h2>State per device (keyed by device id), version 2</h2>
 *
 * <pre>
 *   byte      version (2)
 *   byte      chains, 0 to the limit (4 by default), least recently claimed first
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
 * </pre>
 *
 * Version 1 had no such byte, and one less for the claimed passes. Varints are unsigned, seven bits
 * a byte, lowest first. A device with one chain and a full window of 64 takes 64 + 14 + 64 · 10
 * bytes, about 720; one with few passes in flight about 120.
 */
package org.lepcnn.flink.guard;
