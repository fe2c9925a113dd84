/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */

/**
 * ONNX model in, model bundle out.
 *
 * <p>{@link org.lepcnn.onnx.ModelImporter} is the entry, {@link org.lepcnn.onnx.ImportReport} shows
 * the result. What a linear layer is: {@code Recognizer}; what is worth offloading: {@code
 * OffloadRule}; what follows a layer and is folded into it: {@code Absorber}; what must not be
 * offloaded because data determine a shape: {@code ShapeFlow}; in which order everything runs:
 * {@code Schedule}.
 */
package org.lepcnn.onnx;
