/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.examples.meter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.onnxruntime.OrtException;
import org.junit.jupiter.api.Test;
import org.lepcnn.examples.meter.render.MeterPicture;
import org.lepcnn.examples.meter.render.PictureRenderer;
import org.lepcnn.examples.meter.train.MeterNetwork;
import org.lepcnn.examples.meter.train.Trainer;
import org.lepcnn.examples.meter.train.Workers;

class OnnxClassifierTest {
  /** Both sides compute in float but add in different orders. */
  private static final float TOLERANCE = 1e-5f;

  @Test
  void onnxRuntime_computesWhatTheTrainerComputes() throws OrtException {
    try (Workers workers = new Workers(2)) {
      // Some steps, so that the statistics of BatchNormalization are not those of an untrained one.
      MeterNetwork network = new Trainer(4, 5, workers, progress -> {}).train();
      PictureRenderer renderer = new PictureRenderer(44);
      float[] input = new float[MeterPicture.PIXELS];
      try (OnnxClassifier classifier = new OnnxClassifier(network.toOnnx())) {
        for (int i = 0; i < 50; i++) {
          renderer.picture(i).copyTo(input, 0);
          float[] expected = network.probabilities(input);
          float[] actual = classifier.probabilities(input);
          assertThat(actual).hasSameSizeAs(expected);
          for (int digit = 0; digit < expected.length; digit++) {
            assertThat(actual[digit]).isCloseTo(expected[digit], within(TOLERANCE));
          }
        }
      }
    }
  }
}
