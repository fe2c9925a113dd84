/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.gateway.protocol;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.lepcnn.device.stage.HostTensor;

/**
 * A request for inference.
 *
 * @param id the client's name for it; null when it has none
 * @param inputs those of the model, by name
 * @param outputs those that are asked for, in their order
 */
public record InferRequest(
    @Nullable String id, Map<String, HostTensor> inputs, List<Output> outputs) {
  /**
   * An output that is asked for.
   *
   * @param binary whether in the binary form, or else as JSON
   * @param classes how many of the best classes are told in place of its elements; 0 for these
   */
  public record Output(String name, boolean binary, int classes) {
    /** One whose elements are asked for. */
    public Output(String name, boolean binary) {
      this(name, binary, 0);
    }
  }
}
