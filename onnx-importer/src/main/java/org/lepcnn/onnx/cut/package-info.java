/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */

/**
 * The cut: which of the layers that could go to the edge are worth it for a device, by what a layer
 * costs here and there ({@link org.lepcnn.onnx.cut.DeviceProfile}) and what is to be least ({@link
 * org.lepcnn.onnx.cut.Objective}).
 *
 * <p>A device profile is a file of one JSON object (UTF-8, at most 64 KiB):
 *
 * <pre>
 *   format       "lepcnn-device-profile"
 *   version      1
 *   name         for people: 1 to 100 printable characters
 *   provenance   where the figures are from: 1 to 1000 printable characters
 *   device       what the device takes by itself: an object of the components of
 *                {@link org.lepcnn.onnx.cut.DeviceProfile.Elements}
 *   plain        what a layer takes there in float: of {@link org.lepcnn.onnx.cut.LayerSpeeds}
 *   edge         what a masked layer takes at the edge: the same
 *   transport    of {@link org.lepcnn.onnx.cut.DeviceProfile.Transport}
 *   energy       of {@link org.lepcnn.onnx.cut.DeviceProfile.Energy}
 * </pre>
 *
 * <p>Every number is finite, and from 0 to 10⁹ or within what its component says. All members must
 * be there; others are refused.
 */
@Internal
package org.lepcnn.onnx.cut;

import org.lepcnn.core.api.Internal;
