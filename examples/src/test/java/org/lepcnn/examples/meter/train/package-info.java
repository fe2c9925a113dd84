/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
/**
 * A small trainer for convolutional networks, in plain Java.
 *
 * <p>It exists so that the example model can be made again, from nothing, on any machine with a
 * JDK. Layers compute their own gradients ({@link org.lepcnn.examples.meter.train.Layer}), {@link
 * org.lepcnn.examples.meter.train.MeterNetwork} puts them together, {@link
 * org.lepcnn.examples.meter.train.Trainer} teaches it, and every layer writes itself into an {@link
 * org.lepcnn.examples.meter.train.OnnxGraph}.
 *
 * <p>The result depends on the seed and the number of steps only. Work is divided into parts of a
 * fixed size, and what the parts yield is added in their order, so that the number of threads
 * changes nothing; functions that a processor may round its own way come from {@code StrictMath}.
 */
@Internal
package org.lepcnn.examples.meter.train;

import org.lepcnn.core.api.Internal;
