/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.examples.meter.train;

import java.util.Arrays;
import java.util.List;
import org.lepcnn.examples.meter.render.Dice;

/** Gemm: y = x · weightsᵀ + bias, the weights as [outputs, inputs]. */
final class FullyConnected implements Layer {
  private final int inputs;
  private final int outputs;
  private final Parameter weights;
  private final Parameter bias;
  private Batch input;

  FullyConnected(int inputs, int outputs, Dice dice) {
    this.inputs = inputs;
    this.outputs = outputs;
    this.weights = Parameter.random(outputs * inputs, inputs, dice);
    this.bias = new Parameter(new float[outputs]);
  }

  @Override
  public Batch forward(Batch batch, boolean training) {
    input = batch;
    Batch output = Batch.zeros(batch.count, outputs, 1, 1);
    for (int i = 0; i < output.values.length; i++) {
      output.values[i] = bias.values[i % outputs];
    }
    output.asMatrix().addProduct(batch.asMatrix(), matrix(weights.values).transposed());
    return output;
  }

  @Override
  public Batch backward(Batch outputGradient) {
    Arrays.fill(bias.gradients, 0);
    for (int i = 0; i < outputGradient.values.length; i++) {
      bias.gradients[i % outputs] += outputGradient.values[i];
    }
    Arrays.fill(weights.gradients, 0);
    matrix(weights.gradients).addTransposedProduct(outputGradient.asMatrix(), input.asMatrix());
    Batch inputGradient = input.with(new float[input.values.length]);
    inputGradient.asMatrix().addProduct(outputGradient.asMatrix(), matrix(weights.values));
    return inputGradient;
  }

  private Matrix matrix(float[] values) {
    return new Matrix(values, 0, outputs, inputs);
  }

  @Override
  public List<Parameter> parameters() {
    return List.of(weights, bias);
  }

  @Override
  public String export(OnnxGraph graph, String inputName) {
    String name = graph.fresh("gemm");
    List<String> operands =
        List.of(
            inputName,
            graph.constant(name + ".weight", weights.values, outputs, inputs),
            graph.constant(name + ".bias", bias.values, outputs));
    return graph.node("Gemm", name, operands, OnnxGraph.integer("transB", 1));
  }
}
