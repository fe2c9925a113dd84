/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx.cut;

import org.lepcnn.core.api.PublicApi;

/**
 * What something costs a pass, in every respect.
 *
 * @param cpuNanos processor time of the device
 * @param latencyNanos time until it is done
 * @param bytes that travel, either way
 * @param nanojoules of the device
 */
@PublicApi
public record Cost(double cpuNanos, double latencyNanos, double bytes, double nanojoules) {
  static final Cost NONE = new Cost(0, 0, 0, 0);

  Cost plus(Cost other) {
    return new Cost(
        cpuNanos + other.cpuNanos,
        latencyNanos + other.latencyNanos,
        bytes + other.bytes,
        nanojoules + other.nanojoules);
  }

  Cost times(double count) {
    return new Cost(count * cpuNanos, count * latencyNanos, count * bytes, count * nanojoules);
  }
}
