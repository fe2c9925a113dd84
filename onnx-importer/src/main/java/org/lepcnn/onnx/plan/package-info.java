/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */

/**
 * Which layers the edge computes, how fine, in which rounds; what is left for the device, and the
 * report of both.
 */
@Internal
package org.lepcnn.onnx.plan;

import org.lepcnn.core.api.Internal;
