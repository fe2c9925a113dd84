/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
/**
 * One pass, from its first stage to its last round: stage, quantize and mask, send, check, unmask,
 * next stage.
 *
 * <ul>
 *   <li>A tensor is masked once in a pass; retries, which are the transport's, repeat the same
 *       bytes.
 *   <li>A result enters a device stage only after its ids, its shape, its residues and Freivalds'
 *       check of every layer of its round were found right.
 *   <li>A failure of the device, of the first stage and of the input itself too, shows nowhere
 *       outside but in timing: the pass runs to its last round on zeros or with masked zeros, and
 *       the application learns of it when the pass ends.
 * </ul>
 *
 * <p>Masking, unmasking and the check have no branches on the data. How long device stages take may
 * depend on the data, and the edge sees the time between rounds.
 *
 * <p>Applications use {@link org.lepcnn.device.pass.PassResult}, {@link
 * org.lepcnn.device.pass.PassTimings} and the observers. The rest is for the session.
 */
@NullMarked
@Internal
package org.lepcnn.device.pass;

import org.jspecify.annotations.NullMarked;
import org.lepcnn.core.api.Internal;
