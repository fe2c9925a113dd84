/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */

/**
 * Whether an imported model is right, without a broker or a cluster: {@link
 * org.lepcnn.check.PrivateCheck} compares a private pass with the plain integer network, {@link
 * org.lepcnn.check.Comparison} that with the float model, {@link org.lepcnn.check.LayerErrors} says
 * which layer loses what, {@link org.lepcnn.check.PrecisionSearch} chooses how fine each layer is.
 */
@Internal
package org.lepcnn.check;

import org.lepcnn.core.api.Internal;
