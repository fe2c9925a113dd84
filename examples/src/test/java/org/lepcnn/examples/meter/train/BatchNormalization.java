/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.examples.meter.train;

import java.util.Arrays;
import java.util.List;

/**
 * Normalizes each channel and then scales and shifts it: y = scale · (x − mean) / √(variance + ε) +
 * shift.
 *
 * <p>In training, mean and variance are those of the batch, and moving averages of them are kept;
 * otherwise the moving averages are used. With n values per channel, x̂ the normalized values and g
 * the output's gradient, the input's gradient is scale / √(variance + ε) · (g − Σg/n −
 * x̂·Σ(g·x̂)/n).
 */
final class BatchNormalization implements Layer {
  private static final float EPSILON = 1e-5f;
  private static final float KEPT = 0.95f;

  private final int channels;
  private final Workers workers;
  private final Parameter scale;
  private final Parameter shift;
  private final float[] movingMean;
  private final float[] movingVariance;
  private final float[] inverseDeviation;
  private Batch normalized;

  BatchNormalization(int channels, Workers workers) {
    this.channels = channels;
    this.workers = workers;
    this.scale = new Parameter(ones(channels));
    this.shift = new Parameter(new float[channels]);
    this.movingMean = new float[channels];
    this.movingVariance = ones(channels);
    this.inverseDeviation = new float[channels];
  }

  private static float[] ones(int length) {
    float[] values = new float[length];
    Arrays.fill(values, 1);
    return values;
  }

  @Override
  public Batch forward(Batch batch, boolean training) {
    Batch centred = batch.with(new float[batch.values.length]);
    Batch output = batch.with(new float[batch.values.length]);
    workers.run(
        channels,
        1,
        (channel, from, to) -> {
          float mean = training ? batchMean(batch, channel) : movingMean[channel];
          float variance = training ? batchVariance(batch, channel, mean) : movingVariance[channel];
          if (training) {
            movingMean[channel] = KEPT * movingMean[channel] + (1 - KEPT) * mean;
            movingVariance[channel] = KEPT * movingVariance[channel] + (1 - KEPT) * variance;
          }
          inverseDeviation[channel] = (float) (1 / Math.sqrt(variance + EPSILON));
          normalize(batch, channel, mean, centred, output);
        });
    normalized = centred;
    return output;
  }

  private static float batchMean(Batch batch, int channel) {
    double sum = 0;
    for (int member = 0; member < batch.count; member++) {
      int start = start(batch, member, channel);
      for (int i = start; i < start + batch.area(); i++) {
        sum += batch.values[i];
      }
    }
    return (float) (sum / valuesPerChannel(batch));
  }

  private static float batchVariance(Batch batch, int channel, float mean) {
    double sum = 0;
    for (int member = 0; member < batch.count; member++) {
      int start = start(batch, member, channel);
      for (int i = start; i < start + batch.area(); i++) {
        double distance = batch.values[i] - mean;
        sum += distance * distance;
      }
    }
    return (float) (sum / valuesPerChannel(batch));
  }

  private void normalize(Batch batch, int channel, float mean, Batch centred, Batch output) {
    float inverse = inverseDeviation[channel];
    float factor = scale.values[channel];
    float summand = shift.values[channel];
    for (int member = 0; member < batch.count; member++) {
      int start = start(batch, member, channel);
      for (int i = start; i < start + batch.area(); i++) {
        float value = (batch.values[i] - mean) * inverse;
        centred.values[i] = value;
        output.values[i] = factor * value + summand;
      }
    }
  }

  @Override
  public Batch backward(Batch outputGradient) {
    Batch inputGradient = outputGradient.with(new float[outputGradient.values.length]);
    workers.run(
        channels, 1, (channel, from, to) -> backward(channel, outputGradient, inputGradient));
    return inputGradient;
  }

  private void backward(int channel, Batch outputGradient, Batch inputGradient) {
    double sum = 0;
    double product = 0;
    for (int member = 0; member < outputGradient.count; member++) {
      int start = start(outputGradient, member, channel);
      for (int i = start; i < start + outputGradient.area(); i++) {
        sum += outputGradient.values[i];
        product += outputGradient.values[i] * normalized.values[i];
      }
    }
    shift.gradients[channel] = (float) sum;
    scale.gradients[channel] = (float) product;
    float meanGradient = (float) (sum / valuesPerChannel(outputGradient));
    float meanProduct = (float) (product / valuesPerChannel(outputGradient));
    float factor = scale.values[channel] * inverseDeviation[channel];
    for (int member = 0; member < outputGradient.count; member++) {
      int start = start(outputGradient, member, channel);
      for (int i = start; i < start + outputGradient.area(); i++) {
        float rest = outputGradient.values[i] - meanGradient;
        inputGradient.values[i] = factor * (rest - normalized.values[i] * meanProduct);
      }
    }
  }

  private static int start(Batch batch, int member, int channel) {
    return (member * batch.channels + channel) * batch.area();
  }

  private static double valuesPerChannel(Batch batch) {
    return (double) batch.count * batch.area();
  }

  @Override
  public List<Parameter> parameters() {
    return List.of(scale, shift);
  }

  @Override
  public String export(OnnxGraph graph, String input) {
    String name = graph.fresh("norm");
    List<String> inputs =
        List.of(
            input,
            graph.constant(name + ".scale", scale.values, channels),
            graph.constant(name + ".shift", shift.values, channels),
            graph.constant(name + ".mean", movingMean, channels),
            graph.constant(name + ".variance", movingVariance, channels));
    return graph.node("BatchNormalization", name, inputs, OnnxGraph.decimal("epsilon", EPSILON));
  }
}
