/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */

/** The operator that computes rounds in micro-batches across devices. */
package org.lepcnn.flink.batch;
