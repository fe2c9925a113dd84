/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;

/** Loads a model as ONNX Runtime does by itself. */
final class LoudRuntimeMain {
  private LoudRuntimeMain() {}

  public static void main(String[] args) throws OrtException {
    OrtEnvironment.getEnvironment().createSession(args[0]).close();
  }
}
