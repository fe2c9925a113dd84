/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */

/**
 * Warms the edge's code before the edge reports ready: synthetic rounds of the model's own shapes
 * go through the classes that answer real ones, apart from Flink's and Kafka's.
 */
@NullMarked
@Internal
package org.lepcnn.flink.warmup;

import org.jspecify.annotations.NullMarked;
import org.lepcnn.core.api.Internal;
