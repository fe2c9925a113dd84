/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
/**
 * Pictures of the digit windows of a utility meter, drawn by code.
 *
 * <p>A picture shows one window: 32 by 32 pixels, one byte of gray each. Picture {@code i} of seed
 * {@code s} depends on {@code (s, i)} alone, so any picture of a set can be drawn again without the
 * others. No font of the machine takes part: {@link org.lepcnn.examples.meter.render.Typeface}
 * builds the shapes of the digits from strokes that are written down in {@link
 * org.lepcnn.examples.meter.render.Skeleton}.
 *
 * <p>All arithmetic is Java's own, with {@code StrictMath} for what a processor may round its own
 * way. The edges of shapes are smoothed by the JDK's rasterizer; a JDK with another rasterizer may
 * differ by a gray level there.
 */
@Internal
package org.lepcnn.examples.meter.render;

import org.lepcnn.core.api.Internal;
