/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.examples.meter.train;

import java.util.Arrays;
import java.util.List;
import org.lepcnn.examples.meter.render.Dice;

/**
 * A convolution with a square kernel of odd size, stride 1, and zero padding that keeps the size.
 *
 * <p>With {@code columns} the patches of the input as a matrix [inputs of a sum, positions], the
 * output is {@code weights · columns}, the gradient by the weights is {@code outputGradient ·
 * columnsᵀ}, and the gradient by the columns is {@code weightsᵀ · outputGradient}. There is no
 * bias: the BatchNormalization that follows has one.
 */
final class Convolution implements Layer {
  /** Members of a batch that are computed together; fixed, so that sums keep their order. */
  private static final int PART_SIZE = 8;

  private final int inChannels;
  private final int outChannels;
  private final int kernel;
  private final Workers workers;
  private final Parameter weights;
  private Batch input;

  Convolution(int inChannels, int outChannels, int kernel, Dice dice, Workers workers) {
    this.inChannels = inChannels;
    this.outChannels = outChannels;
    this.kernel = kernel;
    this.workers = workers;
    int inputs = inChannels * kernel * kernel;
    this.weights = Parameter.random(outChannels * inputs, inputs, dice);
  }

  @Override
  public Batch forward(Batch batch, boolean training) {
    input = batch;
    Batch output = Batch.zeros(batch.count, outChannels, batch.height, batch.width);
    Matrix weightMatrix = matrix(weights.values);
    workers.run(
        batch.count,
        PART_SIZE,
        (number, from, to) -> {
          Matrix columns = Matrix.zeros(weightMatrix.columns, batch.area());
          for (int index = from; index < to; index++) {
            gather(batch, index, columns);
            output.member(index).addProduct(weightMatrix, columns);
          }
        });
    return output;
  }

  @Override
  public Batch backward(Batch outputGradient) {
    Batch inputGradient = Batch.zeros(input.count, inChannels, input.height, input.width);
    int parts = Workers.parts(input.count, PART_SIZE);
    Matrix[] partialGradients = new Matrix[parts];
    workers.run(
        input.count,
        PART_SIZE,
        (number, from, to) ->
            partialGradients[number] = backwardPart(outputGradient, inputGradient, from, to));
    Arrays.fill(weights.gradients, 0);
    for (Matrix partial : partialGradients) {
      for (int i = 0; i < weights.gradients.length; i++) {
        weights.gradients[i] += partial.values[i];
      }
    }
    return inputGradient;
  }

  /** Sets the input's gradient for some members and returns their share of the weights'. */
  private Matrix backwardPart(Batch outputGradient, Batch inputGradient, int from, int to) {
    Matrix weightMatrix = matrix(weights.values);
    Matrix gradient = Matrix.zeros(outChannels, weightMatrix.columns);
    Matrix columns = Matrix.zeros(weightMatrix.columns, input.area());
    for (int index = from; index < to; index++) {
      Matrix arriving = outputGradient.member(index);
      gather(input, index, columns);
      gradient.addProduct(arriving, columns.transposed());
      Arrays.fill(columns.values, 0);
      columns.addTransposedProduct(weightMatrix, arriving);
      scatter(columns, inputGradient, index);
    }
    return gradient;
  }

  private Matrix matrix(float[] values) {
    return new Matrix(values, 0, outChannels, inChannels * kernel * kernel);
  }

  /** Copies the patches of one member into columns; what lies outside the map is zero. */
  private void gather(Batch batch, int index, Matrix columns) {
    Arrays.fill(columns.values, 0);
    visit(
        batch,
        index,
        (row, place, length) -> System.arraycopy(batch.values, place, columns.values, row, length));
  }

  /** Adds columns back to the places that {@link #gather} reads them from. */
  private void scatter(Matrix columns, Batch batch, int index) {
    visit(
        batch,
        index,
        (row, place, length) -> {
          for (int i = 0; i < length; i++) {
            batch.values[place + i] += columns.values[row + i];
          }
        });
  }

  /** A run of neighbouring values that columns and feature maps have in common. */
  @FunctionalInterface
  private interface Run {
    void accept(int inColumns, int inMaps, int length);
  }

  private void visit(Batch batch, int index, Run run) {
    int padding = kernel / 2;
    for (int patch = 0; patch < inChannels * kernel * kernel; patch++) {
      int shiftX = patch % kernel - padding;
      int shiftY = patch / kernel % kernel - padding;
      int map = (index * inChannels + patch / (kernel * kernel)) * batch.area();
      int left = Math.max(0, -shiftX);
      int length = batch.width - Math.abs(shiftX);
      for (int y = Math.max(0, -shiftY); y < Math.min(batch.height, batch.height - shiftY); y++) {
        run.accept(
            patch * batch.area() + y * batch.width + left,
            map + (y + shiftY) * batch.width + left + shiftX,
            length);
      }
    }
  }

  @Override
  public List<Parameter> parameters() {
    return List.of(weights);
  }

  @Override
  public String export(OnnxGraph graph, String inputName) {
    String name = graph.fresh("conv");
    int padding = kernel / 2;
    String weightName =
        graph.constant(name + ".weight", weights.values, outChannels, inChannels, kernel, kernel);
    return graph.node(
        "Conv",
        name,
        List.of(inputName, weightName),
        OnnxGraph.integers("kernel_shape", kernel, kernel),
        OnnxGraph.integers("pads", padding, padding, padding, padding),
        OnnxGraph.integers("strides", 1, 1));
  }
}
