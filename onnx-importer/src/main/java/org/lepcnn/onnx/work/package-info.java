/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */

/**
 * How much a model multiplies: {@link org.lepcnn.onnx.work.Multiplications} of an operator, {@link
 * org.lepcnn.onnx.work.InnerWork} of what runs inside control flow and functions, and {@link
 * org.lepcnn.onnx.work.WholeOperators} why it stays on the device.
 */
@Internal
package org.lepcnn.onnx.work;

import org.lepcnn.core.api.Internal;
