/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */

/**
 * What running the model or parts of it tells: constants, shapes, ranges of values. In ONNX
 * Runtime, within limits.
 */
@Internal
package org.lepcnn.onnx.run;

import org.lepcnn.core.api.Internal;
