/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.bench.measure;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.core.model.DeviceHalf;
import org.lepcnn.core.model.ModelBundle;
import org.lepcnn.device.stage.HostTensor;
import org.lepcnn.onnx.ImportOptions;
import org.lepcnn.onnx.ImportReport;
import org.lepcnn.onnx.ModelImporter;
import org.lepcnn.onnx.PreparedImport;
import org.lepcnn.onnx.cut.CutReport;
import org.lepcnn.onnx.cut.DeviceProfile;
import org.lepcnn.onnx.cut.DeviceProfile.Transport;
import org.lepcnn.onnx.zoo.ZooModel;

/** The network that a benchmark runs: a name of the zoo or an ONNX file, imported. */
public final class BenchModel implements AutoCloseable {
  private static final long SEED = 1;

  private final String name;
  private final Path onnx;
  private final Path work;
  private final ModelBundle bundle;
  private final Prediction prediction;

  /** An interrupted benchmark leaves no hundreds of megabytes behind. */
  private final Thread deleteOnExit;

  /**
   * What a profile says of the network.
   *
   * @param whole with transport
   * @param alone without
   */
  public record Prediction(DeviceProfile profile, CutReport whole, CutReport alone) {
    private static Prediction of(
        PreparedImport prepared, ImportOptions options, DeviceProfile profile, ModelBundle bundle) {
      Transport none = new Transport(0, 0, 0);
      return new Prediction(
          profile,
          prepared.costs(options.offload(), profile, bundle),
          prepared.costs(options.offload(), profile.with(none), bundle));
    }
  }

  private BenchModel(String name, Path onnx, Path work, ModelBundle bundle, Prediction prediction) {
    this.name = name;
    this.onnx = onnx;
    this.work = work;
    this.bundle = bundle;
    this.prediction = prediction;
    this.deleteOnExit = new Thread(() -> delete(work), "lepcnn-bench-delete");
    Runtime.getRuntime().addShutdownHook(deleteOnExit);
  }

  /**
   * Opens a network; one of the zoo is written to a temporary folder, which goes with this object.
   *
   * @param nameOrFile a name of {@link ZooModel#names()} or an ONNX file
   */
  public static BenchModel open(String nameOrFile) {
    return open(nameOrFile, ImportOptions.defaults(), null);
  }

  /**
   * As {@link #open(String)}.
   *
   * @param options how it is imported
   * @param profile by which costs are predicted; null for no prediction
   */
  public static BenchModel open(String nameOrFile, ImportOptions options, DeviceProfile profile) {
    Path work = temporaryFolder();
    try {
      Path file = Path.of(nameOrFile);
      String name = file.getFileName().toString().replaceFirst("\\.onnx$", "");
      if (ZooModel.names().contains(nameOrFile.toLowerCase(Locale.ROOT))) {
        ZooModel zoo = ZooModel.named(nameOrFile);
        name = zoo.modelName();
        file = work.resolve(name + ".onnx");
        zoo.write(file, SEED);
      } else if (!Files.isRegularFile(file)) {
        throw BadInputException.about("Choosing the network of a benchmark")
            .expected("one of " + ZooModel.names() + " or an ONNX file")
            .found("'" + nameOrFile + "'");
      }
      PreparedImport prepared = ModelImporter.prepare(file, options);
      ModelBundle bundle = prepared.bundle(options.precision());
      return new BenchModel(
          name,
          file,
          work,
          bundle,
          profile == null ? null : Prediction.of(prepared, options, profile, bundle));
    } catch (RuntimeException e) {
      delete(work);
      throw e;
    }
  }

  public String name() {
    return name;
  }

  public Path onnx() {
    return onnx;
  }

  /** A folder for what the benchmark writes; deleted at the end. */
  public Path work() {
    return work;
  }

  public ModelBundle bundle() {
    return bundle;
  }

  /** What a profile says; null without one. */
  public Prediction prediction() {
    return prediction;
  }

  public ImportReport report() {
    return ImportReport.of(bundle);
  }

  /** Inputs of a pass. */
  public int batch() {
    return bundle.device().batch();
  }

  /** Random inputs of a pass, of unit variance where they are float32. */
  public Map<String, HostTensor> input() {
    return input(bundle.device().inputs());
  }

  /** A random input, one row of a pass. */
  public Map<String, HostTensor> rowInput() {
    return input(bundle.device().rowInputs());
  }

  private Map<String, HostTensor> input(List<DeviceHalf.ValueSpec> specs) {
    SplittableRandom random = new SplittableRandom(SEED);
    Map<String, HostTensor> inputs = new java.util.LinkedHashMap<>();
    for (DeviceHalf.ValueSpec spec : specs) {
      if (spec.onnxType() != HostTensor.FLOAT) {
        throw BadInputException.about("Benchmarking " + name)
            .expected("float32 inputs")
            .found("another type");
      }
      inputs.put(spec.name(), HostTensor.of(uniform(random, spec.shape()), spec.shape()));
    }
    return inputs;
  }

  @Override
  public void close() {
    Runtime.getRuntime().removeShutdownHook(deleteOnExit);
    delete(work);
  }

  /** Uniform from −√3 to √3. */
  public static float[] uniform(SplittableRandom random, long[] shape) {
    int count = 1;
    for (long dimension : shape) {
      count = Math.multiplyExact(count, Math.toIntExact(dimension));
    }
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) ((2 * random.nextDouble() - 1) * Math.sqrt(3));
    }
    return values;
  }

  private static Path temporaryFolder() {
    try {
      return Files.createTempDirectory("lepcnn-bench");
    } catch (IOException e) {
      throw EnvironmentException.about("Making a temporary folder")
          .expected("space in " + System.getProperty("java.io.tmpdir"))
          .found(e, "Name another folder with -Djava.io.tmpdir.");
    }
  }

  private static void delete(Path folder) {
    try (Stream<Path> walk = Files.walk(folder)) {
      List<Path> paths = walk.sorted(Comparator.reverseOrder()).toList();
      for (Path path : paths) {
        Files.deleteIfExists(path);
      }
    } catch (IOException e) {
      throw EnvironmentException.about("Deleting " + folder).found(e);
    }
  }
}
