/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */

/** The Flink job that makes tables, and the clusters that it runs on. */
@Internal
package org.lepcnn.precompute.job;

import org.lepcnn.core.api.Internal;
