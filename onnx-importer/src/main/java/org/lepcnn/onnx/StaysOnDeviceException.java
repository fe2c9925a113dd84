/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx;

/** Why a layer is not offloaded; the message goes into the report. */
final class StaysOnDeviceException extends Exception {
  private static final long serialVersionUID = 1L;

  StaysOnDeviceException(String reason) {
    super(reason, null, false, false);
  }
}
