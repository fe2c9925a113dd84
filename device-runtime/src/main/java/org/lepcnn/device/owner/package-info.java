/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */

/**
 * The owner's root key and the ledger of what was issued under it.
 *
 * <pre>
 *   owner file   LEPO 2: list entries, keys: root key (32)
 *   entry        string device, bytes model fingerprint (32), int64 and int64 chain id,
 *                int64 passes issued
 * </pre>
 *
 * <p>Keys stand as {@link org.lepcnn.device.key.KeyWrap} says: under a passphrase or not. Version
 * 1, which had {@code bytes root key} in front, is read.
 *
 * <p>The file has the frame of {@link org.lepcnn.core.io.CheckedFile} and is readable by its owner
 * alone; it never goes to a device. It is replaced atomically, under exclusive locks on the file
 * itself and on the one of the same name with {@code .lock} behind; the former contents are
 * overwritten ({@link org.lepcnn.device.state.HeldFile}); and the new ledger is durable before
 * anything that it records leaves the owner. Entries are in the order of provisioning and are never
 * removed; the last entry of a device and model is its current chain. Reading takes no lock and
 * needs no write access, so that the file can be mounted as a read-only secret.
 */
package org.lepcnn.device.owner;
