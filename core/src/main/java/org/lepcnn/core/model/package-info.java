/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */

/**
 * The model bundle: plan, edge half, device half, fingerprint.
 *
 * <p>A bundle is a folder of three files, each in the frame of {@link
 * org.lepcnn.core.io.CheckedFile}. Integers are big-endian; strings and arrays carry a 32-bit
 * length; lists a 32-bit count.
 *
 * <pre>
 *   manifest.lep  LEPM 1: bytes edgeHash, bytes deviceHash
 *   edge.lep      LEPE 4: plan, then per layer int32 parts (1 or 2), bytes of each part
 *   device.lep    LEPD 5: string modelName, list inputs, list outputs, plan,
 *                         per tensor (string value; int32 bits, signed),
 *                         per layer (string name, op, output; int64[] shape; float[] scales, bias; int32[] lift),
 *                         per stage (bytes onnx, list inputs, list outputs), list report, int32 batch,
 *                         flag and preprocessing, flag and naming
 *   plan          list tensors (int32 id, round, elements; in LEPE 4 and since LEPD 3 int32 bits of the field),
 *                 list layers (int32 index, tensorId, 18 × int32 geometry)
 *   preprocessing string resize; int32 shorterSide; string filter; 3 × int32 padding; string colours;
 *                 int32 channelsLast; double scale; int32 channels; double[channels] mean, deviation
 *   naming        string output; list names; int32 softmax, top
 * </pre>
 *
 * <p>A line of the report: string name, op, shape; int64 macs; int32 bits, round; string reason;
 * int64 bytesUp, bytesDown; since LEPD 2 also int32 weightLimit, int64 maxAbsWeightSum; since LEPD
 * 3 also int32 bits of the field, signed. What is signed is 1, what is not 0; a flag is 1 where
 * something follows. Doubles are their 64 bits.
 *
 * <p>Version history. LEPE 1: weights of one part, from −127 to 127. LEPE 2: weights of one or two
 * parts. LEPE 3: −128 among those of one part. LEPE 4: the field of every tensor, 31 for p = 2³¹ −
 * 1 or 24 for p = 2²⁴ − 3; tensors of older versions are in the first. LEPD 1: report lines without
 * weightLimit and maxAbsWeightSum. LEPD 2: with them. LEPD 3: the field of every tensor, whether it
 * is signed, and how results are lifted; tensors of older versions are signed. LEPD 4: the batch,
 * more than 1; it is 1 in older versions. LEPD 5: how pictures become inputs and how scores are
 * told, either or both; neither is in older versions. Readers accept all; a writer uses the oldest
 * version that the contents allow, so that a file that was read is written back byte for byte.
 *
 * <p>The fingerprint is SHA-256(SHA-256(edge.lep) ‖ SHA-256(device.lep)).
 */
@NullMarked
@PublicApi
package org.lepcnn.core.model;

import org.jspecify.annotations.NullMarked;
import org.lepcnn.core.api.PublicApi;
