/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.lepcnn.core.api.Internal;
import org.lepcnn.core.error.LepcnnException;
import org.lepcnn.core.onnxruntime.QuietOnnxRuntime;
import org.lepcnn.onnx.run.Evaluation;

/**
 * The child of {@link ImportTrial}. Arguments: the model, the file for what it hands over, what is
 * stated of inputs. Ends with status 0 whether the model is imported or refused: what counts is
 * that it ends so.
 */
@Internal
public final class ImportTrialMain {
  /** What it says when ONNX Runtime is loaded, before it touches the model. */
  static final String STARTED = "import trial started";

  private ImportTrialMain() {}

  public static void main(String[] args) {
    ImportOptions options = ImportOptions.defaults();
    try {
      QuietOnnxRuntime.environment();
      System.out.println(STARTED);
      System.out.flush();
      for (int i = 2; i < args.length; i++) {
        options = options.withInput(args[i]);
      }
      handOver(ModelImporter.evaluate(Path.of(args[0]), options), Path.of(args[1]));
    } catch (LepcnnException | IOException e) {
      System.out.println(e.getMessage());
    }
    Runtime.getRuntime().halt(0);
  }

  private static void handOver(Evaluation evaluation, Path record) throws IOException {
    if (evaluation.size() > ImportTrial.MOST_HANDED_OVER) {
      return;
    }
    Path unfinished = record.resolveSibling(record.getFileName() + ".new");
    try (OutputStream out = Files.newOutputStream(unfinished)) {
      evaluation.write(out);
    }
    Files.move(unfinished, record);
  }
}
