/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */

/**
 * The one door to ONNX Runtime, which keeps it from reporting to its vendor, from files and from
 * logging elements of tensors.
 */
@NullMarked
@Internal
package org.lepcnn.core.onnxruntime;

import org.jspecify.annotations.NullMarked;
import org.lepcnn.core.api.Internal;
