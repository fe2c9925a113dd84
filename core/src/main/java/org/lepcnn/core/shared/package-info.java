/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */

/** What a process has once for all who use it. */
@NullMarked
@Internal
package org.lepcnn.core.shared;

import org.jspecify.annotations.NullMarked;
import org.lepcnn.core.api.Internal;
