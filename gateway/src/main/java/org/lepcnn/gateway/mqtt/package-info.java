/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */

/**
 * The gateway's MQTT door: sensors publish inputs to a broker of MQTT 5, and answers come back over
 * it. {@code docs/operations/gateway.md} says how it is switched on.
 *
 * <pre>
 *   PREFIX/SESSION/infer            requests: a body of the Open Inference Protocol, a picture or a .npy
 *   PREFIX/SESSION/answers          answers to requests without a response topic
 *   PREFIX/gateway/GATEWAY/state    online or offline, retained
 * </pre>
 *
 * <p>A request is acknowledged when the broker has its answer, so nothing is lost when the gateway
 * is killed:
 *
 * <pre>
 *   broker → {@link org.lepcnn.gateway.mqtt.BrokerLink} → {@link org.lepcnn.gateway.mqtt.SensorRequests}
 *          → {@link org.lepcnn.gateway.mqtt.PayloadReader} → {@link org.lepcnn.gateway.protocol.RequestPasses}
 *          → {@link org.lepcnn.gateway.mqtt.Reply} → broker, then the acknowledgement
 * </pre>
 */
@NullMarked
@Internal
package org.lepcnn.gateway.mqtt;

import org.jspecify.annotations.NullMarked;
import org.lepcnn.core.api.Internal;
