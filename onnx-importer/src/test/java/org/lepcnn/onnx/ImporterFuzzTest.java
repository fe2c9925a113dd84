/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnx.proto.OnnxMl.ModelProto;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lepcnn.core.error.BadInputException;

/**
 * Damaged models give a bundle or a typed error, nothing else.
 *
 * <p>A longer run: {@code ./mvnw verify -Pfuzz} with {@code -Dfuzz.importer=N} and {@code
 * -Dfuzz.seed=S}; {@link #main} does the same on a class path. The mutant at work is always in a
 * file, so that one that crashes the process is kept.
 */
class ImporterFuzzTest {
  private static final long SLOW_MILLIS = 5000;

  @TempDir Path folder;

  @Test
  void damagedModels_giveABundleOrATypedError() throws Exception {
    int count = Integer.getInteger("fuzz.importer", 1500);
    Map<String, Integer> outcomes = run(folder, count, Long.getLong("fuzz.seed", 42));

    assertThat(outcomes.get("imported")).isPositive();
    assertThat(outcomes.get("refused")).isPositive();
    assertThat(outcomes.keySet()).containsOnly("imported", "refused");
  }

  /** Arguments: number of mutants, seed, folder. Prints what was found. */
  public static void main(String[] args) throws IOException {
    Path folder = Files.createDirectories(Path.of(args[2]));
    System.out.println(run(folder, Integer.parseInt(args[0]), Long.parseLong(args[1])));
  }

  private static Map<String, Integer> run(Path folder, int count, long seed) throws IOException {
    System.setProperty(RunLimits.MAX_SECONDS_PROPERTY, "2");
    try {
      List<ModelProto> corpus = ModelCorpus.models();
      for (ModelProto model : corpus) {
        importOne(folder, model.toByteArray());
      }
      ModelMutator mutator = new ModelMutator(seed);
      Map<String, Integer> outcomes = new TreeMap<>();
      for (int i = 0; i < count; i++) {
        byte[] mutant = mutator.mutant(corpus.get(i % corpus.size()));
        long start = System.nanoTime();
        String outcome = attempt(folder, mutant);
        long millis = (System.nanoTime() - start) / 1_000_000;
        if (millis > SLOW_MILLIS) {
          outcome = "slow";
          Files.write(folder.resolve("slow-" + seed + "-" + i + ".onnx"), mutant);
        } else if (outcome.startsWith("untyped")) {
          Files.write(folder.resolve("bad-" + seed + "-" + i + ".onnx"), mutant);
        }
        outcomes.merge(outcome, 1, Integer::sum);
      }
      return outcomes;
    } finally {
      System.clearProperty(RunLimits.MAX_SECONDS_PROPERTY);
    }
  }

  private static String attempt(Path folder, byte[] mutant) throws IOException {
    try {
      importOne(folder, mutant);
      return "imported";
    } catch (BadInputException e) {
      return "refused";
    } catch (RuntimeException | Error e) {
      StackTraceElement[] trace = e.getStackTrace();
      return "untyped " + e + " at " + (trace.length > 0 ? trace[0] : "");
    }
  }

  private static void importOne(Path folder, byte[] model) throws IOException {
    Path file = folder.resolve("mutant.onnx");
    Files.write(file, model);
    ModelImporter.importModel(file, ImportOptions.defaults().withOffload(OffloadPolicy.ALL));
  }
}
