/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */

/** What the operators of the edge count and measure. */
@NullMarked
@Internal
package org.lepcnn.flink.metric;

import org.jspecify.annotations.NullMarked;
import org.lepcnn.core.api.Internal;
