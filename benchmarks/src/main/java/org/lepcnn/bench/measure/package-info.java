/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */

/** What is measured, and how: models, devices, plain baselines, times. */
@Internal
package org.lepcnn.bench.measure;

import org.lepcnn.core.api.Internal;
