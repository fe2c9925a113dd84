/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */

/** Quantization of weights and activations, and the proofs that nothing wraps around. */
@NullMarked
@Internal
package org.lepcnn.core.quant;

import org.jspecify.annotations.NullMarked;
import org.lepcnn.core.api.Internal;
