/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */

/**
 * Channels of values, and which of them have to have the same factor so that the model's outputs do
 * not change.
 *
 * <p>What a node does to factors is one of four things:
 *
 * <ul>
 *   <li>it hands them on: f(m·x) = m·f(x) for m &gt; 0 ({@link org.lepcnn.onnx.channel.HandingOn});
 *   <li>it ties them: what is added, compared or laid side by side along another axis has one
 *       factor (the same class);
 *   <li>it takes them up in its constants, so that what it reads and what it writes are free of
 *       each other ({@link org.lepcnn.onnx.channel.TakingUp}), as an offloaded layer does in its
 *       weights;
 *   <li>anything else pins them to 1.
 * </ul>
 *
 * <p>Factors are powers of two of at most 1, so that float results keep their bits, and only their
 * exponents change; see {@link org.lepcnn.onnx.channel.ScaledConstant}.
 */
@Internal
package org.lepcnn.onnx.channel;

import org.lepcnn.core.api.Internal;
