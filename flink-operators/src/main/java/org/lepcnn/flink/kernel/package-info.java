/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */

/**
 * The masked linear kernel: the model's packed weights, once per process, and the computation of
 * rounds with them.
 */
package org.lepcnn.flink.kernel;
