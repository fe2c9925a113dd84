/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */

/** The one form of a linear layer, and its defining sum. */
@NullMarked
@PublicApi
package org.lepcnn.core.linear;

import org.jspecify.annotations.NullMarked;
import org.lepcnn.core.api.PublicApi;
