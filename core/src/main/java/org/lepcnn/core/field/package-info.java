/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */

/** The prime field F_p, p = 2³¹ − 1, in which everything that leaves a device lives. */
@NullMarked
@Internal
package org.lepcnn.core.field;

import org.jspecify.annotations.NullMarked;
import org.lepcnn.core.api.Internal;
