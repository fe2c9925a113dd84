/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.pass;

import java.util.Map;
import org.lepcnn.core.api.PublicApi;
import org.lepcnn.core.error.LepcnnException;
import org.lepcnn.device.stage.HostTensor;

/**
 * The answer to one submission.
 *
 * @param pass its position in the chain; −1 when the model has no offloaded layer
 * @param outputs the model's outputs by name, in the model's order
 * @param timings where the time went
 * @param bytesUp bytes of the masked tensors
 * @param bytesDown bytes of the results
 * @param rounds exchanges with the edge
 * @param failedRows why rows of a batch have no answer, by their number; their outputs say nothing
 */
@PublicApi
public record PassResult(
    long pass,
    Map<String, HostTensor> outputs,
    PassTimings timings,
    long bytesUp,
    long bytesDown,
    int rounds,
    Map<Integer, LepcnnException> failedRows) {
  /** An answer for every row. */
  public PassResult(
      long pass,
      Map<String, HostTensor> outputs,
      PassTimings timings,
      long bytesUp,
      long bytesDown,
      int rounds) {
    this(pass, outputs, timings, bytesUp, bytesDown, rounds, Map.of());
  }

  /** The same pass with other outputs: those of one of its rows. */
  public PassResult withOutputs(Map<String, HostTensor> row) {
    return new PassResult(pass, row, timings, bytesUp, bytesDown, rounds);
  }
}
