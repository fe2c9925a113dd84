/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx;

import ai.onnx.proto.OnnxMl.ModelProto;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.lepcnn.core.fuzz.ByteMutator;
import org.lepcnn.core.model.DeviceHalf;
import org.lepcnn.core.model.EdgeHalf;
import org.lepcnn.core.model.ModelBundle;
import org.lepcnn.onnx.fuzz.FuzzChild;
import org.lepcnn.onnx.plan.OffloadPolicy;

/**
 * Imports damaged models; a bundle that comes of one is written and read again. A child process of
 * {@link ImporterFuzzTest}, which may be started alone to repeat an attempt: folder, seed, first
 * number, number behind the last. The mutant at work is in the file {@code mutant.onnx}.
 */
public final class ImporterFuzzMain {
  static final String IMPORTED = "imported";

  /** The seed that stands for no damage. */
  static final long HOSTILE = -1;

  static final String MUTANT = "mutant.onnx";

  private ImporterFuzzMain() {}

  /**
   * Arguments as {@link FuzzChild#run} takes them. Of seed {@value #HOSTILE} the attempts are the
   * {@link HostileModels}, undamaged.
   */
  public static void main(String[] args) throws IOException {
    Path folder = Files.createDirectories(Path.of(args[0]));
    if (Long.parseLong(args[1]) == HOSTILE) {
      List<ModelProto> hostile = HostileModels.models();
      FuzzChild.run(
          args,
          IMPORTED,
          (random, number) -> {
            importOne(folder, hostile.get((int) number).toByteArray());
            return IMPORTED;
          });
      return;
    }
    List<ModelProto> corpus = ModelCorpus.models();
    for (ModelProto model : corpus) {
      importOne(folder, model.toByteArray());
    }
    FuzzChild.run(args, IMPORTED, (random, number) -> attempt(folder, corpus, random, number));
  }

  private static String attempt(
      Path folder, List<ModelProto> corpus, ByteMutator random, long number) throws IOException {
    ModelProto original = corpus.get((int) (number % corpus.size()));
    byte[] mutant = new ModelMutator(random).mutant(original, random.oneOf(corpus));
    try {
      importOne(folder, mutant);
      return IMPORTED;
    } catch (RuntimeException | Error e) {
      if (!(e instanceof org.lepcnn.core.error.BadInputException)) {
        Files.write(folder.resolve("bad-" + number + ".onnx"), mutant);
      }
      throw e;
    }
  }

  private static void importOne(Path folder, byte[] model) throws IOException {
    Path file = folder.resolve(MUTANT);
    Files.write(file, model);
    ModelBundle bundle =
        ModelImporter.importModel(file, ImportOptions.defaults().withOffload(OffloadPolicy.all()));
    readAgain(bundle);
  }

  private static void readAgain(ModelBundle bundle) {
    try {
      EdgeHalf.parse("edge", bundle.edge().toFile());
      DeviceHalf.parse("device", bundle.device().toFile());
    } catch (RuntimeException e) {
      throw new AssertionError("A bundle that cannot be read again: " + e.getMessage(), e);
    }
  }
}
