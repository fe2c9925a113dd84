/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */

/**
 * From a file that is not trusted to a graph in one form: external data, half precision, functions,
 * sparse values and short or unsigned integers become what the rest of the importer knows.
 */
@Internal
package org.lepcnn.onnx.read;

import org.lepcnn.core.api.Internal;
