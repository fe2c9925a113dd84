/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx.graph;

/** Why a layer is not offloaded; the message goes into the report. */
public final class StaysOnDeviceException extends Exception {
  private static final long serialVersionUID = 1L;

  public StaysOnDeviceException(String reason) {
    super(reason, null, false, false);
  }
}
