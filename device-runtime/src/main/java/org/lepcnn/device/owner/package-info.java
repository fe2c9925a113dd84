/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */

/**
 * The owner's root key and the ledger of what was issued under it.
 *
 * <pre>
 *   owner file   LEPO 4: list entries, keys: root key (32)
 *   entry        string device, bytes model fingerprint (32), int64 and int64 chain id,
 *                int64 passes issued, int32 status (0 pending, 1 granted, 2 retired),
 *                int32 cipher suite (0 aes, 1 chacha)
 * </pre>
 *
 * <p>{@link org.lepcnn.device.key.KeyWrap} specifies how keys are written, under a passphrase and
 * without one. A reader accepts version 3, in which every chain is of the suite aes, version 2, in
 * which it also counts as granted, and version 1, which also had {@code bytes root key} in front.
 *
 * <p>The file has the frame of {@link org.lepcnn.core.io.CheckedFile} and is readable by its owner
 * alone; it never goes to a device. A writer replaces it atomically, under exclusive locks on the
 * file itself and on the one of the same name with {@code .lock} appended. It overwrites the former
 * contents ({@link org.lepcnn.device.file.HeldFile}). The new ledger is durable before anything
 * that it records leaves the owner. Entries are in the order of provisioning and are never removed;
 * the last entry of a device and model that is not pending is its current chain. Reading takes no
 * lock and needs no write access, so that the file can be mounted as a read-only secret.
 *
 * <p><b>Which chain is served.</b> The ledger records a new chain as pending before its grant is
 * written, and as granted after. Whatever fails in between, the previous chain stays the current
 * one, and no pass is ever issued for a chain whose grant may not exist. The current chain never
 * goes back to an older one, even when it is retired: an older chain may live on in a state that
 * was restored from a backup, whose passes were used. A retired chain stays in the ledger as a
 * record; no key of it is derived any more.
 */
@NullMarked
@PublicApi
package org.lepcnn.device.owner;

import org.jspecify.annotations.NullMarked;
import org.lepcnn.core.api.PublicApi;
