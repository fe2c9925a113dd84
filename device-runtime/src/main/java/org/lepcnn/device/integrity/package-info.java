/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */

/**
 * Whether the edge did the computation that it was asked to do, and whether a kernel of the owner
 * did: secret rank-one challenges, their vectors c = Wᵀ(a⊗b), Freivalds' check over F_p, and the
 * computation of unblinding factors U = W·r with the same check before anything is sealed.
 *
 * <p>Guarantee: a wrong result is accepted with probability at most 2/p per challenge, against an
 * edge that does not know the challenge. It holds for the first answer to a challenge and, because
 * a rejection tells an edge little, degrades only by the number of rejections seen; hence the
 * quarantine of {@link org.lepcnn.device.claim}.
 */
@NullMarked
@Internal
package org.lepcnn.device.integrity;

import org.jspecify.annotations.NullMarked;
import org.lepcnn.core.api.Internal;
