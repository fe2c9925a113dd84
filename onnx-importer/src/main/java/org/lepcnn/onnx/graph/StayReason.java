/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx.graph;

/**
 * Why a node that multiplies stays on the device.
 *
 * @param text goes into the report
 * @param advice what whoever exports the model can do about it: a sentence; empty when there is
 *     nothing
 */
public record StayReason(String text, String advice) {}
