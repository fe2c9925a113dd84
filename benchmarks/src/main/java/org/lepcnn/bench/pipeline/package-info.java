/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */

/**
 * {@code lepcnn bench pipeline}: private passes beside an echo and a plain job on the same broker.
 */
@Internal
package org.lepcnn.bench.pipeline;

import org.lepcnn.core.api.Internal;
