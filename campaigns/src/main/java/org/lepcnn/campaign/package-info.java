/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */

/**
 * Campaigns on a local deployment, minutes to hours: {@code device} and {@code edge} kill processes
 * with SIGKILL at instants that follow from a seed, under load, and compare every answer with the
 * plain integer network; {@code neighbour} floods one device beside another. Commands, not tests:
 * the tests run short forms of them.
 */
@Internal
package org.lepcnn.campaign;

import org.lepcnn.core.api.Internal;
