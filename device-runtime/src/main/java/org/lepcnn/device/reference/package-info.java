/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */

/**
 * What a private pass is compared with: the integer network without masks, in two speeds, and
 * tables that are computed when they are asked for. The runtime's own tests and {@code model-check}
 * use it; a device does not.
 */
@NullMarked
@Internal
package org.lepcnn.device.reference;

import org.jspecify.annotations.NullMarked;
import org.lepcnn.core.api.Internal;
