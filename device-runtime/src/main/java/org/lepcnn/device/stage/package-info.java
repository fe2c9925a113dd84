/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
/**
 * What the device computes between two rounds: the stages of a model in ONNX Runtime, and the
 * values of a pass.
 *
 * <p>Applications use {@link org.lepcnn.device.stage.HostTensor} and {@link
 * org.lepcnn.device.stage.DeviceModel}. Everything else is for the module's other packages and for
 * the comparison with the plain network.
 */
@NullMarked
@Internal
package org.lepcnn.device.stage;

import org.jspecify.annotations.NullMarked;
import org.lepcnn.core.api.Internal;
