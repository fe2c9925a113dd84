/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx.zoo;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.core.io.AtomicFiles;
import org.lepcnn.core.linear.ConvGeometry;

/** A network of the zoo. */
public enum ZooModel {
  ALEXNET(61_100_840, 0.714, Topologies::alexNet),
  VGG16(138_357_544, 15.47, Topologies::vgg16),
  RESNET18(11_689_512, 1.814, Topologies::resNet18),
  RESNET50(25_557_032, 4.089, Topologies::resNet50),
  SQUEEZENET(1_235_496, 0.349, Topologies::squeezeNet),
  MOBILENETV2(3_504_872, 0.301, Topologies::mobileNetV2);

  private static final int OPSET = 13;
  private static final int IR_VERSION = 8;

  private final long publishedParameters;
  private final double publishedGigaMacs;
  private final Consumer<ZooNetwork> topology;

  ZooModel(long publishedParameters, double publishedGigaMacs, Consumer<ZooNetwork> topology) {
    this.publishedParameters = publishedParameters;
    this.publishedGigaMacs = publishedGigaMacs;
    this.topology = topology;
  }

  /** The names that {@link #named} accepts. */
  public static List<String> names() {
    return Arrays.stream(values()).map(ZooModel::modelName).toList();
  }

  /**
   * The network of that name.
   *
   * @throws BadInputException when there is none
   */
  public static ZooModel named(String name) {
    return Arrays.stream(values())
        .filter(model -> model.modelName().equals(name.toLowerCase(Locale.ROOT)))
        .findFirst()
        .orElseThrow(
            () ->
                BadInputException.about("Choosing a network of the zoo")
                    .expected("one of " + names())
                    .found("'" + name + "'"));
  }

  /** The name on the command line. */
  public String modelName() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Learnable parameters, as published. */
  public long publishedParameters() {
    return publishedParameters;
  }

  /** Multiplications of linear layers in 10⁹, as published (rounded to three digits after). */
  public double publishedGigaMacs() {
    return publishedGigaMacs;
  }

  /** What the topology counts, without making weights. */
  public ZooCounts count() {
    return lay(null).counts();
  }

  /** The linear layers in the order of the topology, without making weights. */
  public List<ConvGeometry> layers() {
    return lay(null).layers();
  }

  /** The nodes of the topology, without their weights. */
  GraphProto topology() {
    return lay(null).graph(modelName());
  }

  /** The model with weights from a seed; takes the memory of the weights once. */
  public ModelProto build(long seed) {
    ZooNetwork net = lay(new SeededWeights(seed));
    return ModelProto.newBuilder()
        .setIrVersion(IR_VERSION)
        .setProducerName("lepcnn zoo")
        .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("").setVersion(OPSET))
        .setGraph(net.graph(modelName()))
        .build();
  }

  /**
   * Writes the model to a file: all of it or nothing.
   *
   * @throws EnvironmentException when the file cannot be written
   */
  public void write(Path file, long seed) {
    Path target = file.toAbsolutePath();
    Path temporary = target.resolveSibling(target.getFileName() + AtomicFiles.TEMPORARY_SUFFIX);
    try {
      Files.createDirectories(target.getParent());
      try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(temporary), 1 << 20)) {
        build(seed).writeTo(out);
      }
      AtomicFiles.publish(temporary, target);
    } catch (IOException e) {
      throw EnvironmentException.about("Writing " + file)
          .expected("a writable folder with enough space")
          .found(e);
    }
  }

  private ZooNetwork lay(SeededWeights weights) {
    ZooNetwork net = new ZooNetwork(weights);
    topology.accept(net);
    return net;
  }
}
