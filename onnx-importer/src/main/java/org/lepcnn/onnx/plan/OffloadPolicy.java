/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx.plan;

import org.lepcnn.core.api.PublicApi;

/** Which linear layers go to the edge. */
@PublicApi
public enum OffloadPolicy {
  /** Those whose multiplications repay moving their input and output; see {@link OffloadRule}. */
  AUTO,
  /** All that can be. */
  ALL
}
