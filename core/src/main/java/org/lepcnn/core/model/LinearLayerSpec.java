/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.model;

import org.lepcnn.core.linear.ConvGeometry;

/**
 * A linear layer that the edge computes.
 *
 * @param index its number in the plan, from 0
 * @param tensorId the masked tensor that it reads
 * @param geometry its shape; the input's elements are those of the tensor
 */
public record LinearLayerSpec(int index, int tensorId, ConvGeometry geometry) {}
