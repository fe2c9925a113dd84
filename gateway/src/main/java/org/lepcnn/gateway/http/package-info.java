/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */

/**
 * The gateway's HTTP door: the Open Inference Protocol, version 2, with its binary tensor
 * extension. {@code openapi.yaml} describes it; {@code docs/operations/gateway.md} says how it is
 * switched on and what its statuses mean.
 *
 * <pre>
 *   Jetty → {@link org.lepcnn.gateway.http.DoorHandler} → {@link org.lepcnn.gateway.http.Route}
 *         → {@link org.lepcnn.gateway.http.BodyReader} → {@link org.lepcnn.gateway.protocol.InferRequestReader}
 *         → {@link org.lepcnn.gateway.protocol.RequestPasses} → {@link org.lepcnn.gateway.http.Responses}
 * </pre>
 *
 * <p>No thread waits for a body or for a pass.
 */
@NullMarked
@Internal
package org.lepcnn.gateway.http;

import org.jspecify.annotations.NullMarked;
import org.lepcnn.core.api.Internal;
