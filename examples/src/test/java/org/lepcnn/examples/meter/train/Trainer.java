/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.examples.meter.train;

import java.util.function.Consumer;
import org.lepcnn.examples.meter.render.MeterPicture;
import org.lepcnn.examples.meter.render.PictureRenderer;

/**
 * Teaches a {@link MeterNetwork} with pictures that are drawn as they are needed: every step sees
 * {@value #BATCH_SIZE} new ones, none is seen twice.
 */
public final class Trainer {
  /** Steps of a full training. */
  public static final int DEFAULT_STEPS = 2000;

  private static final int BATCH_SIZE = 60;
  private static final int RENDER_PART = 5;
  private static final int WARM_UP_STEPS = 50;
  private static final int REPORT_STEPS = 100;
  private static final double HIGHEST_RATE = 3e-3;

  private final long seed;
  private final int steps;
  private final Workers workers;
  private final Consumer<Lesson> listener;

  /** How training goes, told now and then: the mean loss of the last steps. */
  public record Lesson(int step, int steps, double loss) {}

  /**
   * A training that has not begun.
   *
   * @param seed decides the initial weights and the pictures
   * @param steps how many batches to learn from
   * @param listener is told of progress
   */
  public Trainer(long seed, int steps, Workers workers, Consumer<Lesson> listener) {
    if (steps < 1) {
      throw new IllegalArgumentException("Training: expected at least one step, found " + steps);
    }
    this.seed = seed;
    this.steps = steps;
    this.workers = workers;
    this.listener = listener;
  }

  /** Trains a new network. */
  public MeterNetwork train() {
    MeterNetwork network = new MeterNetwork(seed, workers);
    PictureRenderer renderer = new PictureRenderer(seed);
    Adam adam = new Adam(network.layers().parameters());
    double loss = 0;
    for (int step = 0; step < steps; step++) {
      loss += learn(network.layers(), renderer, step);
      adam.step(rate(step));
      if ((step + 1) % REPORT_STEPS == 0) {
        listener.accept(new Lesson(step + 1, steps, loss / REPORT_STEPS));
        loss = 0;
      }
    }
    return network;
  }

  /** Sets the gradients for one batch and returns its loss. */
  private double learn(Layer layers, PictureRenderer renderer, int step) {
    Batch pictures = Batch.zeros(BATCH_SIZE, 1, MeterPicture.SIZE, MeterPicture.SIZE);
    int[] labels = new int[BATCH_SIZE];
    workers.run(
        BATCH_SIZE,
        RENDER_PART,
        (number, from, to) -> {
          for (int i = from; i < to; i++) {
            MeterPicture picture = renderer.picture(step * BATCH_SIZE + i);
            picture.copyTo(pictures.values, i * MeterPicture.PIXELS);
            labels[i] = picture.label();
          }
        });
    Batch probabilities = CrossEntropy.softmax(layers.forward(pictures, true));
    layers.backward(CrossEntropy.gradient(probabilities, labels));
    return CrossEntropy.loss(probabilities, labels);
  }

  /** Rises during the first steps, then falls to zero along a half cosine. */
  private double rate(int step) {
    double warmUp = Math.min(1, (step + 1.0) / WARM_UP_STEPS);
    return HIGHEST_RATE * warmUp * 0.5 * (1 + StrictMath.cos(Math.PI * step / steps));
  }
}
