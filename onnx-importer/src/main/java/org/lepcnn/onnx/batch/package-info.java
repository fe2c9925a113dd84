/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
/**
 * Several inputs in one pass: the model's first dimension becomes a number of rows.
 *
 * <p>{@link org.lepcnn.onnx.batch.BatchRewriting} multiplies the sizes that a model has of one
 * input; {@link org.lepcnn.onnx.batch.BatchProof} compares the result with the model as it was. The
 * rewriting knows the usual operators and may be wrong about others: only the proof decides.
 */
@Internal
package org.lepcnn.onnx.batch;

import org.lepcnn.core.api.Internal;
