/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
/**
 * How numbers enter and leave the field: quantize, mask, unmask, dequantize. {@link
 * org.lepcnn.device.arithmetic.LayerArithmetic} defines it; the tiles do the same faster.
 *
 * <p>Nothing here keeps a key. What is public is so for the module's other packages and for the
 * comparison with the plain network; it is not an interface for applications.
 */
@NullMarked
@Internal
package org.lepcnn.device.arithmetic;

import org.jspecify.annotations.NullMarked;
import org.lepcnn.core.api.Internal;
