/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx;

import java.nio.file.Path;

/** Tries a model and does nothing else; the argument is the model. */
public final class OneTrialMain {
  private OneTrialMain() {}

  public static void main(String[] args) {
    ImportTrial.importModel(Path.of(args[0]), ImportOptions.defaults());
  }
}
