/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx;

import java.nio.file.Path;
import org.lepcnn.core.api.Internal;
import org.lepcnn.core.error.LepcnnException;
import org.lepcnn.core.onnxruntime.QuietOnnxRuntime;
import org.lepcnn.onnx.plan.OffloadPolicy;

/**
 * The child of {@link ImportTrial}. Arguments: the model, the offload policy, dimensions of inputs.
 * Ends with status 0 whether the model is imported or refused: what counts is that it ends so.
 */
@Internal
public final class ImportTrialMain {
  /** What it says when ONNX Runtime is loaded, before it touches the model. */
  static final String STARTED = "import trial started";

  private ImportTrialMain() {}

  public static void main(String[] args) {
    ImportOptions options = ImportOptions.defaults().withOffload(OffloadPolicy.valueOf(args[1]));
    try {
      QuietOnnxRuntime.environment();
      System.out.println(STARTED);
      System.out.flush();
      for (int i = 2; i < args.length; i++) {
        options = options.withInput(args[i]);
      }
      ModelImporter.prepare(Path.of(args[0]), options);
    } catch (LepcnnException e) {
      System.out.println(e.getMessage());
    }
    Runtime.getRuntime().halt(0);
  }
}
