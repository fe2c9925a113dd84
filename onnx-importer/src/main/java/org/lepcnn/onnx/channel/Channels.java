/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx.channel;

/**
 * A value's channels along one of its axes.
 *
 * @param ids one class a channel
 */
@SuppressWarnings("ArrayRecordComponent") // a carrier, never compared
record Channels(int axis, int[] ids) {}
