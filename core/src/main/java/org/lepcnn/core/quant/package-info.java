/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */

/** Quantization of weights and activations, and the proofs that nothing wraps around. */
package org.lepcnn.core.quant;
