/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */

/**
 * Decryption tables, made by a Flink batch job on the owner's machines: the same code inside one
 * process and on the owner's cluster. {@link org.lepcnn.precompute.Precompute} is the entry.
 *
 * <p>Rules that hold everywhere here:
 *
 * <ul>
 *   <li>Between operators, in the job graph and in logs there are ids, numbers and paths. Root key,
 *       pass keys, masks, unblinding factors and challenges exist only inside {@link
 *       org.lepcnn.precompute.job.TableMaker}.
 *   <li>Nothing is sealed that the check against an independent scalar path has not passed.
 *   <li>The ledger is durable before tables are made; files appear complete or not at all.
 * </ul>
 *
 * <p>The order of an output folder, {@code precompute.order}, in the frame of {@link
 * org.lepcnn.core.io.CheckedFile}; it holds no secret:
 *
 * <pre>
 *   LEPR 1: string device, bytes model fingerprint (32), int32 challenges per layer,
 *           list of ranges: string chain (32 hexadecimal digits), int64 first pass, int64 last pass
 * </pre>
 */
@PublicApi
package org.lepcnn.precompute;

import org.lepcnn.core.api.PublicApi;
