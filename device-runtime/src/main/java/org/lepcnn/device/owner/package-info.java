/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */

/**
 * The owner's root key and the ledger of what was issued under it.
 *
 * <pre>
 *   owner file   LEPO 3: list entries, keys: root key (32)
 *   entry        string device, bytes model fingerprint (32), int64 and int64 chain id,
 *                int64 passes issued, int32 status (0 pending, 1 granted, 2 retired)
 * </pre>
 *
 * <p>Keys stand as {@link org.lepcnn.device.key.KeyWrap} says: under a passphrase or not. Version
 * 2, in which every chain counts as granted, and version 1, which also had {@code bytes root key}
 * in front, are read.
 *
 * <p>The file has the frame of {@link org.lepcnn.core.io.CheckedFile} and is readable by its owner
 * alone; it never goes to a device. It is replaced atomically, under exclusive locks on the file
 * itself and on the one of the same name with {@code .lock} behind; the former contents are
 * overwritten ({@link org.lepcnn.device.state.HeldFile}); and the new ledger is durable before
 * anything that it records leaves the owner. Entries are in the order of provisioning and are never
 * removed; the last entry of a device and model that is not pending is its current chain. Reading
 * takes no lock and needs no write access, so that the file can be mounted as a read-only secret.
 *
 * <p><b>Which chain is served.</b> A new chain stands in the ledger as pending before its grant is
 * written, and as granted after: whatever fails in between, the chain before stays the current one,
 * and no pass is ever issued for a chain whose grant may not exist. The current chain never goes
 * back to an older one, also when it is retired: an older chain may live on in a state that was
 * restored from a backup, whose passes were used. A retired chain stays in the ledger, so that it
 * is known what happened; no key of it is derived any more.
 */
@PublicApi
package org.lepcnn.device.owner;

import org.lepcnn.core.api.PublicApi;
