/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */

/** A model as a graph of nodes and values: what the file says, without running anything. */
@Internal
package org.lepcnn.onnx.graph;

import org.lepcnn.core.api.Internal;
