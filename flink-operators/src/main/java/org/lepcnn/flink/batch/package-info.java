/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */

/** The operator that computes rounds in micro-batches across devices. */
@NullMarked
@Internal
package org.lepcnn.flink.batch;

import org.jspecify.annotations.NullMarked;
import org.lepcnn.core.api.Internal;
