/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */

/** Linear layers: which nodes are one, and what of the nodes around it folds into its weights. */
@Internal
package org.lepcnn.onnx.layer;

import org.lepcnn.core.api.Internal;
