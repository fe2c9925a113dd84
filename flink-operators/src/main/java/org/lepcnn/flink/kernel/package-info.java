/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */

/**
 * The masked linear kernel: the model's packed weights, once per process, and the computation of
 * rounds with them.
 */
@NullMarked
@Internal
package org.lepcnn.flink.kernel;

import org.jspecify.annotations.NullMarked;
import org.lepcnn.core.api.Internal;
