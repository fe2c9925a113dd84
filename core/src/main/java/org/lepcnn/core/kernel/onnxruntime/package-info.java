/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */

/** Kernels on ONNX Runtime. */
@Internal
package org.lepcnn.core.kernel.onnxruntime;

import org.lepcnn.core.api.Internal;
