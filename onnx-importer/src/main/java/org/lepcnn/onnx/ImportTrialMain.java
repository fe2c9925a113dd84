/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx;

import java.nio.file.Path;
import org.lepcnn.core.api.Internal;
import org.lepcnn.core.error.LepcnnException;
import org.lepcnn.core.onnxruntime.QuietOnnxRuntime;
import org.lepcnn.core.text.Printable;

/**
 * The child of {@link ImportTrial}. Argument: the root of its {@link TrialFolder}. Ends with status
 * 0 whether the model is imported or refused: what counts is that it ends so.
 */
@Internal
public final class ImportTrialMain {
  private static final int FAULT = 4;

  private ImportTrialMain() {}

  public static void main(String[] args) {
    TrialFolder folder = new TrialFolder(Path.of(args[0]));
    try {
      TrialRequest request = folder.request();
      QuietOnnxRuntime.environment();
      folder.tell("reading the model"); // from here on the model is to blame
      folder.handOver(request.run(folder::tell));
    } catch (LepcnnException e) {
      folder.refuse(e.exitStatus(), e.getMessage());
    } catch (RuntimeException e) {
      folder.refuse(FAULT, Printable.stackTrace(e));
    }
    Runtime.getRuntime().halt(0);
  }
}
