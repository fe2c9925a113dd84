/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */

/**
 * Inputs from files: pictures, NumPy arrays, ONNX tensors and test data sets, and labels of them.
 */
@Internal
package org.lepcnn.gateway.input;

import org.lepcnn.core.api.Internal;
