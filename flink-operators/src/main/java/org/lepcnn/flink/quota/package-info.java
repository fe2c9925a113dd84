/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */

/**
 * What a device may do, and what it has used of it: buckets of requests and bytes, in maps of fixed
 * size that forget what was not used for the longest time.
 */
@NullMarked
@Internal
package org.lepcnn.flink.quota;

import org.jspecify.annotations.NullMarked;
import org.lepcnn.core.api.Internal;
