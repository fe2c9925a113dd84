/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */

/**
 * What a device keeps between two runs, and why no mask is ever used twice.
 *
 * <p>A state folder has one folder per chain, named by the 32 hexadecimal digits of the chain id:
 *
 * <pre>
 *   state.lep    LEPS 3: chain identity, int64 next pass, int64 integrity failures,
 *                        int32 1 and int64, int64 the instance that released the next pass, or 0,
 *                        keys: pass key (32) of the next pass, challenge key (32)
 *   device.lep   the device half of the model bundle, see {@link org.lepcnn.core.model}
 *   lock         empty; an exclusive file lock on it is held while the state is open, and another one
 *                on state.lep itself
 *   state.lep.tmp  left by a crash only; erased on opening
 *   state.lep.old  left by a crash only: a second name of state.lep, which is taken away on opening,
 *                or the file that it replaced, which is erased
 * </pre>
 *
 * <p>Beside it, {@code CHAIN.retired} is an empty file for every chain that was retired, whose
 * folder is erased; see {@link org.lepcnn.device.state.RetiredChains}.
 *
 * <p>A grant is one file, readable by its owner alone, that {@code init} consumes:
 *
 * <pre>
 *   LEPG 3: chain identity, bytes device half, keys: first pass key (32), challenge key (32)
 * </pre>
 *
 * <p>{@link org.lepcnn.device.key.KeyWrap} specifies how keys are written, under a passphrase and
 * without one. A reader accepts versions 1 and 2 of both files, which named no cipher suite: it was
 * aes. Version 1 also had {@code bytes} for every key, in the state before the failures, and no
 * instance. The challenge key of a grant must be the one that follows from its first pass key in
 * its suite.
 *
 * <p>The chain identity is: string device, int64 and int64 chain id, bytes model fingerprint (32),
 * bytes SHA-256 of the edge half (32), which with the hash of the device half gives the
 * fingerprint, int32 cipher suite (0 aes, 1 chacha). Every file has the frame of {@link
 * org.lepcnn.core.io.CheckedFile}; the checksum finds damage. Without a passphrase, whoever can
 * read the file owns the device: a key that protected it would lie beside it.
 *
 * <p><b>The rule.</b> {@code state.lep} holds the key of the first pass that was never handed out,
 * and is replaced by: link it to {@code .old}, write the temporary file, fsync it, fsync the
 * folder, rename the temporary file, fsync the folder, overwrite {@code .old}, fsync it, delete it.
 * A reservation of R passes makes key n + R durable before pass n is handed out, so that a crash
 * leaves either the state before (nothing was handed out) or the state after (passes n … n + R − 1
 * are lost). Only a clean close with no pass in flight gives unused passes back. Opening never
 * creates: a missing, empty, short or damaged file is corruption. A file that is not as the process
 * left it is not replaced: no count goes back ({@link org.lepcnn.device.file.HeldFile}).
 *
 * <p><b>Several chains.</b> Every chain has keys of its own, derived from a random id, so no mask
 * of one is a mask of another, and going from one chain to the next and back repeats none. Only a
 * chain that begins twice could repeat masks. Therefore a grant is erased when it is consumed, and
 * a copy of it is refused where its chain exists or was retired.
 */
@NullMarked
@PublicApi
package org.lepcnn.device.state;

import org.jspecify.annotations.NullMarked;
import org.lepcnn.core.api.PublicApi;
