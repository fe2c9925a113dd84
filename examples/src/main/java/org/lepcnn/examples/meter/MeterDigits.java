/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.examples.meter;

import ai.onnxruntime.OrtException;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.lepcnn.examples.meter.render.MeterPicture;
import org.lepcnn.examples.meter.render.PictureRenderer;

/** The command line of the meter example: draws pictures and measures the model. */
public final class MeterDigits {
  private static final String USAGE =
      """
      usage: MeterDigits <command> <options>
        render   --count N --seed S --out DIR    write pictures as PNG files, and labels.csv
        heldout  --count N --seed S --out DIR    write pictures as inputs.npy, and labels.npy
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

  private void evaluate(Options options) throws UsageException, IOException, OrtException {
    Path file = options.path("--model");
    int count = options.count("--count");
    PictureRenderer renderer = new PictureRenderer(options.number("--seed"));
    try (OnnxClassifier model = new OnnxClassifier(Files.readAllBytes(file))) {
      out.print(Accuracy.measure(model, renderer, count));
    }
  }
}
