/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.examples.meter.train;

import java.util.List;
import org.lepcnn.examples.meter.render.Dice;
import org.lepcnn.examples.meter.render.MeterPicture;

/**
 * The network that reads a digit window.
 *
 * <pre>
 * picture [1, 32, 32]
 *   Conv 3x3 (16), BatchNormalization, Relu, MaxPool        [16, 16, 16]
 *   two branches, added, Relu, MaxPool                      [24, 8, 8]
 *     Conv 3x3 (24), BatchNormalization, Relu, Conv 3x3 (24), BatchNormalization
 *     Conv 1x1 (24), BatchNormalization
 *   Conv 3x3 (32), BatchNormalization, Relu, MaxPool        [32, 4, 4]
 *   Flatten, Gemm (64), Relu, Gemm (10), Softmax            [10]
 * </pre>
 */
public final class MeterNetwork {
  /** The number of answers: the digits. */
  public static final int CLASSES = 10;

  /** Name of the ONNX model's input. */
  public static final String INPUT = "picture";

  /** Name of the ONNX model's output. */
  public static final String OUTPUT = "probabilities";

  private final Sequence layers;

  /**
   * An untrained network.
   *
   * @param seed decides the initial weights
   * @param workers compute the layers
   */
  public MeterNetwork(long seed, Workers workers) {
    Dice dice = Dice.of(seed, 0);
    layers =
        new Sequence(
            new Convolution(1, 16, 3, dice, workers),
            new BatchNormalization(16, workers),
            new Rectifier(),
            new MaxPool(),
            residual(16, 24, dice, workers),
            new Rectifier(),
            new MaxPool(),
            new Convolution(24, 32, 3, dice, workers),
            new BatchNormalization(32, workers),
            new Rectifier(),
            new MaxPool(),
            new Flatten(),
            new FullyConnected(32 * 4 * 4, 64, dice),
            new Rectifier(),
            new FullyConnected(64, CLASSES, dice));
  }

  private static Residual residual(int inputs, int outputs, Dice dice, Workers workers) {
    return new Residual(
        new Sequence(
            new Convolution(inputs, outputs, 3, dice, workers),
            new BatchNormalization(outputs, workers),
            new Rectifier(),
            new Convolution(outputs, outputs, 3, dice, workers),
            new BatchNormalization(outputs, workers)),
        new Sequence(
            new Convolution(inputs, outputs, 1, dice, workers),
            new BatchNormalization(outputs, workers)));
  }

  /**
   * The probabilities of the ten digits, as the exported model computes them.
   *
   * @param picture pixels divided by 255
   */
  public float[] probabilities(float[] picture) {
    Batch input = new Batch(1, 1, MeterPicture.SIZE, MeterPicture.SIZE, picture);
    return CrossEntropy.softmax(layers.forward(input, false)).values;
  }

  Sequence layers() {
    return layers;
  }

  /** The network as a serialized ONNX model with the input {@link #INPUT} of batch size 1. */
  public byte[] toOnnx() {
    OnnxGraph graph = new OnnxGraph("meter-digits");
    String input = graph.input(INPUT, 1, 1, MeterPicture.SIZE, MeterPicture.SIZE);
    String scores = layers.export(graph, input);
    graph.node(
        "Softmax", graph.fresh("softmax"), List.of(scores), OUTPUT, OnnxGraph.integer("axis", 1));
    graph.output(OUTPUT, 1, CLASSES);
    return graph.model().toByteArray();
  }
}
