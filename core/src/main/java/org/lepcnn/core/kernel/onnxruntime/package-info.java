/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */

/** Kernels on ONNX Runtime. */
package org.lepcnn.core.kernel.onnxruntime;
