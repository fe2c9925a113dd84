/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx.plan;

import java.util.Map;
import org.lepcnn.core.api.PublicApi;

/**
 * The float model with the results of all offloaded layers as outputs, in the form in which the
 * layers give them: transposed where the device transposes afterwards, without what the device
 * adds, and with the factors of the equalization.
 *
 * @param model serialized, for ONNX Runtime; its inputs are the model's
 * @param outputs from a layer's output in the bundle to the name of the reference
 */
@PublicApi
@SuppressWarnings("ArrayRecordComponent") // a carrier, never compared
public record LayerReference(byte[] model, Map<String, String> outputs) {}
