/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */

/** Frames, bodies and durable commits of files. */
@NullMarked
@Internal
package org.lepcnn.core.io;

import org.jspecify.annotations.NullMarked;
import org.lepcnn.core.api.Internal;
