/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */

/**
 * Kernels: one small interface on primitive arrays, several implementations that give identical
 * residues, chosen once at start-up after a known-answer self-test with extreme values.
 */
@NullMarked
@Internal
package org.lepcnn.core.kernel;

import org.jspecify.annotations.NullMarked;
import org.lepcnn.core.api.Internal;
