/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */

/**
 * Text for people: what comes from outside is made printable here before it is shown, and progress
 * is told.
 */
@NullMarked
@Internal
package org.lepcnn.core.text;

import org.jspecify.annotations.NullMarked;
import org.lepcnn.core.api.Internal;
