/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.precompute.job;

/**
 * One table file that is there, complete.
 *
 * @param file its name in the output folder
 * @param passes how many passes it holds
 * @param bytes its size
 * @param made false when an earlier attempt had made it already
 */
public record TableResult(String file, long passes, long bytes, boolean made) {}
