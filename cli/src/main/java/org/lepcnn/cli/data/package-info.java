/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */

/** Inputs from files: pictures, NumPy arrays, ONNX tensors and test data sets. */
package org.lepcnn.cli.data;
