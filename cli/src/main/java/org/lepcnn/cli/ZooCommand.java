/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.lepcnn.command.Output;
import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.json.Result;
import org.lepcnn.onnx.zoo.ZooCounts;
import org.lepcnn.onnx.zoo.ZooModel;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code lepcnn zoo}. */
@Command(
    name = "zoo",
    description = {
      "Write a standard network as an ONNX file with seeded weights: alexnet, vgg16, resnet18, resnet50, squeezenet, mobilenetv2.",
      "Shapes and counts are the published ones. The weights are random and recognise nothing."
    })
final class ZooCommand implements Callable<Integer> {
  @Mixin private Output output;

  @Parameters(paramLabel = "NAME", description = "The network.")
  private String name;

  @Option(
      names = "--seed",
      paramLabel = "S",
      defaultValue = "1",
      description = "Seed of the weights. The same seed gives the same bytes. Default: 1.")
  private long seed;

  @Option(
      names = {"-o", "--output"},
      required = true,
      paramLabel = "FILE",
      description = "The ONNX file to write.")
  private Path file;

  private record Written(String model, long seed, long parameters, long macs, Path file, long bytes)
      implements Result {
    @Override
    public String text() {
      return String.format(
          Locale.ROOT,
          "%s, seed %d: %,d parameters, %,d multiplications; wrote %s, %.1f MB.",
          model,
          seed,
          parameters,
          macs,
          file,
          bytes / 1e6);
    }
  }

  @Override
  public Integer call() {
    ZooModel model = ZooModel.named(name);
    model.write(file, seed);
    ZooCounts counts = model.count();
    output.result(
        new Written(model.modelName(), seed, counts.parameters(), counts.macs(), file, size()));
    return 0;
  }

  private long size() {
    try {
      return Files.size(file);
    } catch (IOException e) {
      throw EnvironmentException.about("Looking at " + file).found(e);
    }
  }
}
