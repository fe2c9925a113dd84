/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */

/**
 * What a session needs of a chain: passes, each handed out once, and what unmasks their results.
 * The device's state and its folder of tables provide it; so do computations in memory.
 */
@NullMarked
@Internal
package org.lepcnn.device.supply;

import org.jspecify.annotations.NullMarked;
import org.lepcnn.core.api.Internal;
