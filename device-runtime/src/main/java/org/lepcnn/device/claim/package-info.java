/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
/**
 * Which passes a session may use: it claims reservations at the edge, releases what is left of
 * them, and sends nothing any more after too many integrity failures.
 *
 * <p>What is public is so for the module's other packages; it is not an interface for applications.
 */
@NullMarked
@Internal
package org.lepcnn.device.claim;

import org.jspecify.annotations.NullMarked;
import org.lepcnn.core.api.Internal;
