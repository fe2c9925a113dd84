/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */

/**
 * Benchmarks, each beside its plain baseline in the same run: kernels, device, offline work, whole
 * pipeline. Rounds of both alternate, so that whatever disturbs the machine disturbs both; figures
 * are medians, ratios come first.
 */
@Internal
package org.lepcnn.bench;

import org.lepcnn.core.api.Internal;
