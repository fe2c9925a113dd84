/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.gateway.input;

import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.Arrays;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.model.DeviceHalf.ValueSpec;
import org.lepcnn.device.stage.HostTensor;

/**
 * A picture as the input of a model: scaled to its size, grey or red-green-blue, channels first or
 * last as the model's dimensions say. Floating-point models get values from 0 to 1, others the
 * samples from 0 to 255.
 */
final class PictureInput {
  private static final float WHITE = 255f;

  private PictureInput() {}

  /** Reads a picture for an input. */
  static HostTensor read(Path path, ValueSpec spec) {
    return of(path, Pictures.read(path), spec);
  }

  /**
   * A picture for an input.
   *
   * @param path for errors
   */
  static HostTensor of(Path path, BufferedImage picture, ValueSpec spec) {
    Layout layout = Layout.of(path, spec);
    byte[] planes = Pictures.samples(picture, layout.channels, layout.height, layout.width);
    byte[] ordered = layout.channelsLast ? interleave(planes, layout.channels) : planes;
    return switch (spec.onnxType()) {
      case HostTensor.FLOAT -> HostTensor.of(unit(ordered), spec.shape());
      case HostTensor.DOUBLE -> HostTensor.of(doubleUnit(ordered), spec.shape());
      case HostTensor.UINT8, HostTensor.INT32, HostTensor.INT64 -> {
        HostTensor samples = HostTensor.ofBytes(HostTensor.UINT8, ordered, spec.shape());
        yield Elements.of(samples)
            .tensor("Reading " + path, 0, ordered.length, spec.onnxType(), spec.shape());
      }
      default ->
          throw BadInputException.about("Reading the picture " + path)
              .expected("a model input of type float32, float64, uint8, int32 or int64")
              .found(ElementType.name(spec.onnxType()), "Use .npy or .pb inputs.");
    };
  }

  private static float[] unit(byte[] samples) {
    float[] values = new float[samples.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = (samples[i] & 0xff) / WHITE;
    }
    return values;
  }

  private static double[] doubleUnit(byte[] samples) {
    double[] values = new double[samples.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = (samples[i] & 0xff) / (double) WHITE;
    }
    return values;
  }

  private static byte[] interleave(byte[] planes, int channels) {
    byte[] pixels = new byte[planes.length];
    int plane = planes.length / channels;
    for (int i = 0; i < plane; i++) {
      for (int channel = 0; channel < channels; channel++) {
        pixels[i * channels + channel] = planes[channel * plane + i];
      }
    }
    return pixels;
  }

  /** Where the channels of a model's picture are. */
  private record Layout(int channels, int height, int width, boolean channelsLast) {
    static Layout of(Path path, ValueSpec spec) {
      long[] shape = spec.shape();
      if (shape.length == 4 && shape[0] > 1) {
        throw BadInputException.about("Reading the picture " + path)
            .expected("a model that takes one picture")
            .found(
                "one that takes " + shape[0] + " at once, of shape " + Arrays.toString(shape),
                "Put as many into an .npy array, or export the model with a batch of 1.");
      }
      long[] image = shape.length == 4 ? Arrays.copyOfRange(shape, 1, 4) : shape;
      if (image.length == 3 && isChannels(image[0])) {
        return new Layout((int) image[0], (int) image[1], (int) image[2], false);
      }
      if (image.length == 3 && isChannels(image[2])) {
        return new Layout((int) image[2], (int) image[0], (int) image[1], true);
      }
      throw BadInputException.about("Reading the picture " + path)
          .expected(
              "a model input of shape [1, channels, height, width] or [1, height, width, channels], with 1 or 3 channels")
          .found(Arrays.toString(shape), "Use .npy or .pb inputs.");
    }

    private static boolean isChannels(long dimension) {
      return dimension == 1 || dimension == 3;
    }
  }
}
