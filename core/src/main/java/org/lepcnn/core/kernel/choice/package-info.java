/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */

/** The choice among the kernels of this machine. */
@NullMarked
@Internal
package org.lepcnn.core.kernel.choice;

import org.jspecify.annotations.NullMarked;
import org.lepcnn.core.api.Internal;
