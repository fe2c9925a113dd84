/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.examples.meter.train;

/**
 * The loss: the mean of −log p over a batch, where p is the softmax probability of the right
 * answer. Its gradient by the scores is (probabilities − right answer as 0 and 1) / count.
 */
final class CrossEntropy {
  private CrossEntropy() {}

  /** Turns scores into probabilities. */
  static Batch softmax(Batch scores) {
    int classes = scores.memberSize();
    float[] probabilities = new float[scores.values.length];
    for (int start = 0; start < probabilities.length; start += classes) {
      float largest = scores.values[start];
      for (int i = 1; i < classes; i++) {
        largest = Math.max(largest, scores.values[start + i]);
      }
      double sum = 0;
      for (int i = start; i < start + classes; i++) {
        probabilities[i] = (float) StrictMath.exp(scores.values[i] - largest);
        sum += probabilities[i];
      }
      for (int i = start; i < start + classes; i++) {
        probabilities[i] = (float) (probabilities[i] / sum);
      }
    }
    return scores.with(probabilities);
  }

  static double loss(Batch probabilities, int[] labels) {
    double sum = 0;
    for (int i = 0; i < labels.length; i++) {
      float right = probabilities.values[i * probabilities.memberSize() + labels[i]];
      sum -= StrictMath.log(Math.max(right, Float.MIN_NORMAL));
    }
    return sum / labels.length;
  }

  /** The gradient of the loss by the scores. */
  static Batch gradient(Batch probabilities, int[] labels) {
    float[] gradients = probabilities.values.clone();
    for (int i = 0; i < labels.length; i++) {
      gradients[i * probabilities.memberSize() + labels[i]] -= 1;
    }
    for (int i = 0; i < gradients.length; i++) {
      gradients[i] /= labels.length;
    }
    return probabilities.with(gradients);
  }
}
