/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx.zoo;

/**
 * What a topology counts.
 *
 * @param parameters learnable ones: weights, biases, and scale and shift of BatchNormalization, but
 *     not its running statistics
 * @param macs multiplications of convolutions and fully connected layers, those with padding
 *     included
 */
public record ZooCounts(long parameters, long macs) {}
