/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */

/** Kernels on ONNX Runtime. */
@NullMarked
@Internal
package org.lepcnn.core.kernel.onnxruntime;

import org.jspecify.annotations.NullMarked;
import org.lepcnn.core.api.Internal;
