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
 *   edge.lep      LEPE 1: plan, then per layer int32 parts (1), bytes weights
 *   device.lep    LEPD 1: string modelName, list inputs, list outputs, plan,
 *                         per tensor (string value, int32 bits),
 *                         per layer (string name, op, output; int64[] shape; float[] scales, bias),
 *                         per stage (bytes onnx, list inputs, list outputs), list report
 *   plan          list tensors (int32 id, round, elements),
 *                 list layers (int32 index, tensorId, 18 × int32 geometry)
 * </pre>
 *
 * The fingerprint is SHA-256(SHA-256(edge.lep) ‖ SHA-256(device.lep)).
 */
package org.lepcnn.core.model;
