/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.examples.meter;

import ai.onnxruntime.OrtException;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.lepcnn.examples.meter.render.MeterPicture;
import org.lepcnn.examples.meter.render.PictureRenderer;
import org.lepcnn.examples.meter.train.Trainer;
import org.lepcnn.examples.meter.train.Workers;

/** The command line of the meter example: draws pictures, trains the model and measures it. */
public final class MeterDigits {
  private static final int DEFAULT_THREADS = 2;

  private static final String USAGE =
      """
      usage: MeterDigits <command> <options>
        render   --count N --seed S --out DIR    write pictures as PNG files, and labels.csv
        heldout  --count N --seed S --out DIR    write pictures as inputs.npy, and labels.npy
        train    --seed S --out FILE [--steps N] [--threads N]    train the model, write it as ONNX
        evaluate --model FILE --count N --seed S    measure the accuracy of an ONNX file in float
      """;

  private final PrintStream out;

  MeterDigits(PrintStream out) {
    this.out = out;
  }

  /** Runs a command; the exit status is 0 when it is done, 2 for wrong usage, 1 for a failure. */
  public static void main(String[] arguments) {
    System.setProperty("java.awt.headless", "true");
    try {
      new MeterDigits(System.out).run(List.of(arguments));
    } catch (UsageException e) {
      System.err.println(e.getMessage() + System.lineSeparator() + USAGE);
      System.exit(2);
    } catch (IOException | OrtException | RuntimeException e) {
      System.err.println("MeterDigits failed: " + e);
      System.exit(1);
    }
  }

  /** Runs a command and returns when it is done. */
  void run(List<String> arguments) throws UsageException, IOException, OrtException {
    if (arguments.isEmpty()) {
      throw new UsageException("no command");
    }
    List<String> options = arguments.subList(1, arguments.size());
    switch (arguments.get(0)) {
      case "render" -> render(new Options(options, Set.of("--count", "--seed", "--out")));
      case "heldout" -> writeHeldOut(new Options(options, Set.of("--count", "--seed", "--out")));
      case "train" ->
          train(new Options(options, Set.of("--seed", "--out", "--steps", "--threads")));
      case "evaluate" -> evaluate(new Options(options, Set.of("--model", "--count", "--seed")));
      default -> throw new UsageException("unknown command " + arguments.get(0));
    }
  }

  private void render(Options options) throws UsageException, IOException {
    Path folder = options.path("--out");
    int count = options.count("--count");
    PictureFolder.write(folder, new PictureRenderer(options.number("--seed")), count);
    out.println("Wrote " + count + " pictures and labels.csv to " + folder);
  }

  private void writeHeldOut(Options options) throws UsageException, IOException {
    Path folder = options.path("--out");
    int count = options.count("--count");
    PictureRenderer renderer = new PictureRenderer(options.number("--seed"));
    Files.createDirectories(folder);
    int size = MeterPicture.SIZE;
    float[] input = new float[MeterPicture.PIXELS];
    try (NpyWriter inputs = NpyWriter.floats(folder.resolve("inputs.npy"), count, 1, size, size);
        NpyWriter labels = NpyWriter.longs(folder.resolve("labels.npy"), count)) {
      for (int i = 0; i < count; i++) {
        MeterPicture picture = renderer.picture(i);
        picture.copyTo(input, 0);
        inputs.write(input);
        labels.write(picture.label());
      }
    }
    out.println("Wrote inputs.npy and labels.npy with " + count + " pictures to " + folder);
  }

  private void train(Options options) throws UsageException, IOException {
    Path file = options.path("--out");
    long seed = options.number("--seed");
    int steps = options.count("--steps", Trainer.DEFAULT_STEPS);
    int threads = options.count("--threads", DEFAULT_THREADS);
    byte[] model;
    try (Workers workers = new Workers(threads)) {
      model = new Trainer(seed, steps, workers, this::report).train().toOnnx();
    }
    if (file.getParent() != null) {
      Files.createDirectories(file.getParent());
    }
    Files.write(file, model);
    out.println("Wrote " + file + ", " + model.length + " bytes");
  }

  private void report(Trainer.Progress progress) {
    out.printf(
        Locale.ROOT,
        "step %d of %d, mean loss %.4f%n",
        progress.step(),
        progress.steps(),
        progress.loss());
  }

  private void evaluate(Options options) throws UsageException, IOException, OrtException {
    Path file = options.path("--model");
    int count = options.count("--count");
    PictureRenderer renderer = new PictureRenderer(options.number("--seed"));
    try (OnnxClassifier model = new OnnxClassifier(Files.readAllBytes(file))) {
      out.print(Accuracy.measure(model, renderer, count));
    }
  }
}
