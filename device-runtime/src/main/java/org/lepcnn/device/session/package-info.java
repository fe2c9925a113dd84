/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
/**
 * Sessions: they run the passes of one model, several at a time. This is where an application
 * begins.
 *
 * <p>What a session guarantees, against a broker and an edge that may do anything:
 *
 * <ul>
 *   <li>Before the edge has accepted the claim of a reservation, no tensor of it is sent ({@link
 *       org.lepcnn.device.claim}).
 *   <li>A tensor is masked once in a pass, from a pass key that the durable state handed out once.
 *   <li>No value of a result enters a device stage before the integrity check has accepted its
 *       round, and no failure of the device shows in what is sent ({@link org.lepcnn.device.pass}).
 *   <li>A failed check is counted durably before anything else of the session is sent; after the
 *       configured number nothing is sent any more.
 * </ul>
 */
@NullMarked
@PublicApi
package org.lepcnn.device.session;

import org.jspecify.annotations.NullMarked;
import org.lepcnn.core.api.PublicApi;
