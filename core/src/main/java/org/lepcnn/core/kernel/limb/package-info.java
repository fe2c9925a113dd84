/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */

/**
 * The way from planar residues to limbs of eight bits, and from their accumulators back: loops that
 * the JIT compiler vectorises, and the buffers around them. Shared by the kernels.
 */
package org.lepcnn.core.kernel.limb;
