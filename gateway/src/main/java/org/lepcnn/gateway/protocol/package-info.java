/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */

/**
 * The Open Inference Protocol, version 2, with its binary tensor extension, apart from what carries
 * it: bodies of requests and of answers, statuses, repetitions. The doors of the gateway share it.
 *
 * <pre>
 *   body → {@link org.lepcnn.gateway.protocol.InferRequestReader} → {@link org.lepcnn.gateway.protocol.RequestPasses}
 *        → {@link org.lepcnn.gateway.protocol.ServedModel} → {@link org.lepcnn.gateway.protocol.InferAnswer}
 * </pre>
 */
@NullMarked
@Internal
package org.lepcnn.gateway.protocol;

import org.jspecify.annotations.NullMarked;
import org.lepcnn.core.api.Internal;
