/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.pass;

import java.util.Map;
import org.lepcnn.core.api.PublicApi;
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
 */
@PublicApi
public record PassResult(
    long pass,
    Map<String, HostTensor> outputs,
    PassTimings timings,
    long bytesUp,
    long bytesDown,
    int rounds) {}
