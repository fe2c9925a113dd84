/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */

/**
 * The prime fields in which everything that leaves a device lives: p = 2³¹ − 1 and p = 2²⁴ − 3.
 * This package is the only place where wrap-around is intended.
 */
@NullMarked
@Internal
package org.lepcnn.core.field;

import org.jspecify.annotations.NullMarked;
import org.lepcnn.core.api.Internal;
