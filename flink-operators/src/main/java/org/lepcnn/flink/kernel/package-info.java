/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */

/**
 * The masked linear kernel: the model's packed weights, once per process, and the operator that
 * computes rounds in micro-batches.
 */
package org.lepcnn.flink.kernel;
