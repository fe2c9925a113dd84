/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx.graph;

/** Why a layer is not offloaded; the message goes into the report. */
public final class StaysOnDeviceException extends Exception {
  private static final long serialVersionUID = 1L;

  private final String advice;

  public StaysOnDeviceException(String reason) {
    this(reason, "");
  }

  /**
   * @param advice what whoever exports the model can do about it, a sentence
   */
  public StaysOnDeviceException(String reason, String advice) {
    super(reason, null, false, false);
    this.advice = advice;
  }

  public StayReason reason() {
    return new StayReason(getMessage(), advice);
  }
}
