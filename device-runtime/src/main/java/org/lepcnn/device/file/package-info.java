/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */

/**
 * Files that hold secrets or decide about them: readable by their owner alone, replaced as one
 * durable step, locked against a second process, and recognised when somebody has put another file
 * in their place.
 */
@NullMarked
@Internal
package org.lepcnn.device.file;

import org.jspecify.annotations.NullMarked;
import org.lepcnn.core.api.Internal;
