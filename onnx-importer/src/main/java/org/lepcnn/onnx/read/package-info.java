/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */

/**
 * From a file that is not trusted to a graph in one form: external data, half precision, functions,
 * sparse and unsigned values become what the rest of the importer knows.
 */
package org.lepcnn.onnx.read;
