/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */

/**
 * The way from planar residues to limbs of eight bits, and from their accumulators back: loops that
 * the JIT compiler vectorises, and the buffers around them. Shared by the kernels.
 *
 * <p>Classes that write limbs are named by the layout: {@link
 * org.lepcnn.core.kernel.limb.ChannelWords} [limb][position] of words of four channels or
 * neighbours, {@link org.lepcnn.core.kernel.limb.ChannelLastRun} [limb][position][channel], and in
 * the packages of the libraries {@code Im2colRows} [limb][row][depth], {@code PaddedBytePlanes}
 * [limb][channel][y][x], {@code PaddedWordPlanes} [limb][word][y][x], {@code ChannelLastImages}
 * [limb][image][y][x][channel] and {@code PackedColumns}, oneDNN's own order.
 */
@NullMarked
@Internal
package org.lepcnn.core.kernel.limb;

import org.jspecify.annotations.NullMarked;
import org.lepcnn.core.api.Internal;
