/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */

/**
 * The session that runs a pass: stage, quantize and mask, send, check, unmask, next stage.
 *
 * <p>What it guarantees, against a broker and an edge that may do anything:
 *
 * <ul>
 *   <li>Before the edge has accepted the claim of a reservation, no tensor of it is sent.
 *   <li>A tensor is masked once in a pass, from a pass key that the durable state handed out once;
 *       retries, which are the transport's, repeat the same bytes.
 *   <li>A result enters a device stage only after its ids, its shape, its residues and Freivalds'
 *       check of every layer of its round were found right.
 *   <li>A failed check is counted durably before anything else of the session is sent; after the
 *       configured number nothing is sent any more.
 *   <li>A failure of the device, of the first stage and of the input itself too, shows nowhere
 *       outside but in timing: the pass runs to its last round on zeros or with masked zeros, and
 *       the application learns of it when the pass ends.
 * </ul>
 *
 * <p>Masking, unmasking and the check have no branches on the data. How long device stages take may
 * depend on the data, and the edge sees the time between rounds.
 */
package org.lepcnn.device.session;
