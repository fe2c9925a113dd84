/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */

/**
 * What travels between the operators of the edge job: immutable records with their own serializers.
 *
 * <p>No type here is part of a checkpoint; the layouts only have to agree between the processes of
 * one running job. Strings are length-prefixed UTF-8 ({@code DataOutput.writeUTF}), integers
 * big-endian.
 *
 * <pre>
 *   InboundRecord   UTF topic, int32 partition, int64 offset, int64 appendTimeMillis,
 *                   int32 length, value, UTF compressed
 *   AssembledRequest     header, int64 digest, int32 tensors,
 *                   per tensor (int32 id, int32 elements, int32 slices, per slice (int32 length, bytes))
 *   header          UTF topic, int32 partition, int64 offset, call, int64 expiresAtMillis
 *   call            UTF device, 2 × int64 chain, 32 bytes model, 2 × int64 instance, int8 kind,
 *                   a claim (0): int64 firstPass, int64 lastPass
 *                   a release (1): int64 firstFree
 *                   a round (2): int64 pass, int32 round
 *   OutgoingRecord  UTF topic, UTF key, int32 length, value
 * </pre>
 */
@NullMarked
@Internal
package org.lepcnn.flink.record;

import org.jspecify.annotations.NullMarked;
import org.lepcnn.core.api.Internal;
