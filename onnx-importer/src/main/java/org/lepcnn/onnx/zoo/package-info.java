/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */

/**
 * Standard network topologies as ONNX models with seeded weights, for benchmarks and tests that
 * download nothing.
 *
 * <p>Shapes, parameters and multiplications are those of the published networks (as torchvision
 * builds them, for inference: no dropout, input 1×3×224×224, 1000 classes); what the weights say is
 * not. Weights are He-initialised, so that activations keep their magnitude; BatchNormalization
 * carries statistics that fit what flows through it. The same seed gives the same bytes on every
 * machine.
 */
@Internal
package org.lepcnn.onnx.zoo;

import org.lepcnn.core.api.Internal;
