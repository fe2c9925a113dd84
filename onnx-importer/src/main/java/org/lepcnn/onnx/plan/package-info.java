/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */

/**
 * Which layers the edge computes, how fine, in which rounds; what is left for the device, and the
 * report of both.
 */
package org.lepcnn.onnx.plan;
