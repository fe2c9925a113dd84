/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.examples.meter;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.lepcnn.examples.meter.train.Trainer;
import org.lepcnn.examples.meter.train.Workers;

/** The command line of {@code train.sh}: trains the model and writes it as ONNX. */
public final class TrainMeterDigits {
  private static final int DEFAULT_THREADS = 2;
  private static final String USAGE = "usage: --seed S --out FILE [--steps N] [--threads N]";

  private final PrintStream out;

  TrainMeterDigits(PrintStream out) {
    this.out = out;
  }

  /** Trains; the exit status is 0 when it is done, 2 for wrong usage, 1 for a failure. */
  public static void main(String[] arguments) {
    System.setProperty("java.awt.headless", "true");
    try {
      new TrainMeterDigits(System.out).run(List.of(arguments));
    } catch (UsageException e) {
      System.err.println(e.getMessage() + System.lineSeparator() + USAGE);
      System.exit(2);
    } catch (IOException | RuntimeException e) {
      System.err.println("Training failed: " + e);
      System.exit(1);
    }
  }

  /** Trains and returns when the file is written. */
  void run(List<String> arguments) throws UsageException, IOException {
    Options options = new Options(arguments, Set.of("--seed", "--out", "--steps", "--threads"));
    Path file = options.path("--out");
    long seed = options.number("--seed");
    int steps = options.count("--steps", Trainer.DEFAULT_STEPS);
    byte[] model;
    try (Workers workers = new Workers(options.count("--threads", DEFAULT_THREADS))) {
      model = new Trainer(seed, steps, workers, this::report).train().toOnnx();
    }
    if (file.getParent() != null) {
      Files.createDirectories(file.getParent());
    }
    Files.write(file, model);
    out.println("Wrote " + file + ", " + model.length + " bytes");
  }

  private void report(Trainer.Lesson lesson) {
    out.printf(
        Locale.ROOT,
        "step %d of %d, mean loss %.4f%n",
        lesson.step(),
        lesson.steps(),
        lesson.loss());
  }
}
