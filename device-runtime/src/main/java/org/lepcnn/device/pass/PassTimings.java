/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.pass;

import org.lepcnn.core.api.PublicApi;

/**
 * Where the time of a pass went, in nanoseconds.
 *
 * @param stageNanos device stages
 * @param maskNanos scale, mask, quantization
 * @param waitNanos from sending a round to its result, all rounds
 * @param checkNanos validation and integrity check
 * @param tableNanos reading and opening the decryption table
 * @param unmaskNanos unmasking and dequantization
 * @param totalNanos from the beginning of the pass to its outputs, without waiting for a turn or a
 *     claim
 */
@PublicApi
public record PassTimings(
    long stageNanos,
    long maskNanos,
    long waitNanos,
    long checkNanos,
    long tableNanos,
    long unmaskNanos,
    long totalNanos) {}
