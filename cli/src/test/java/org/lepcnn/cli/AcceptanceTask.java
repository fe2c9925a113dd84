/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.lepcnn.cli.AcceptanceData.Picture;

/**
 * A model with labelled pictures, how they become its input, and what the float network achieves.
 *
 * @param model the folder of the model
 * @param set which pictures
 * @param preprocessing from a picture to the model's input
 * @param floatCorrect right answers of the float network on the whole set, as published with the
 *     data, in percent
 */
record AcceptanceTask(String model, Set set, Preprocessing preprocessing, double floatCorrect) {
  /** Labelled pictures. */
  enum Set {
    MNIST("MNIST 10,000"),
    MNIST_LAST("MNIST last 2,000"),
    CIFAR_EXACT("CIFAR-10 exact 100"),
    CIFAR_JPEG("CIFAR-10 jpeg 2,000"),
    IMAGENET("ImageNet 50");

    private final String title;

    Set(String title) {
      this.title = title;
    }

    String title() {
      return title;
    }

    List<Picture> read(Path root) throws IOException {
      return switch (this) {
        case MNIST -> AcceptanceData.mnist(root);
        case MNIST_LAST -> AcceptanceData.mnist(root).subList(8_000, 10_000);
        case CIFAR_EXACT -> AcceptanceData.cifarExact(root);
        case CIFAR_JPEG -> AcceptanceData.cifarJpeg(root);
        case IMAGENET -> AcceptanceData.imageNet(root);
      };
    }
  }

  /** From a picture to the elements of the model's input in row-major order. */
  @FunctionalInterface
  interface Preprocessing {
    float[] apply(Picture picture);
  }

  private static final double MAX = 255;

  private static final Preprocessing UNIT = planes(MAX, new double[] {0}, new double[] {1});
  private static final Preprocessing VNN =
      planes(MAX, new double[] {.4914, .4822, .4465}, new double[] {.2471, .2435, .2616});
  private static final Preprocessing OVAL =
      planes(MAX, new double[] {.485, .456, .406}, new double[] {.225, .225, .225});
  private static final Preprocessing BIAS_FIELD =
      planes(MAX, new double[] {.4914, .4822, .4465}, new double[] {.2023, .1994, .2010});
  private static final Preprocessing MIXNET =
      planes(MAX, new double[] {.5, .5, .5}, new double[] {.25, .25, .25});

  /** All tasks, in the order of the test data's own table. */
  static final List<AcceptanceTask> ALL =
      List.of(
          new AcceptanceTask(
              "mnist/cntk-mnist-8",
              Set.MNIST,
              planes(1, new double[] {0}, new double[] {1}),
              98.91),
          new AcceptanceTask("mnist/verivital-convnet-maxpool", Set.MNIST, UNIT, 97.92),
          new AcceptanceTask("mnist/mnistfc-256x2", Set.MNIST, UNIT, 98.08),
          new AcceptanceTask("mnist/lenet5-tanh-avgpool", Set.MNIST, UNIT, 98.9),
          // its test sets are the first three of these; on the others it has 99.45, as if trained
          new AcceptanceTask("mnist/lenet5-tanh-avgpool", Set.MNIST_LAST, UNIT, 96.7),
          new AcceptanceTask("cifar10/vnn-resnet-2b", Set.CIFAR_EXACT, VNN, 77),
          new AcceptanceTask("cifar10/vnn-resnet-2b", Set.CIFAR_JPEG, VNN, 68.7),
          new AcceptanceTask("cifar10/marabou-medium-nhwc", Set.CIFAR_EXACT, pixels(MAX), 77),
          new AcceptanceTask("cifar10/marabou-medium-nhwc", Set.CIFAR_JPEG, pixels(MAX), 68.7),
          new AcceptanceTask("cifar10/oval21-base", Set.CIFAR_EXACT, OVAL, 73),
          new AcceptanceTask("cifar10/oval21-base", Set.CIFAR_JPEG, OVAL, 56.3),
          new AcceptanceTask("cifar10/biasfield-base", Set.CIFAR_EXACT, BIAS_FIELD, 90),
          new AcceptanceTask("cifar10/biasfield-base", Set.CIFAR_JPEG, BIAS_FIELD, 80.5),
          new AcceptanceTask("cifar10/mixnet-ts17-folded", Set.CIFAR_EXACT, MIXNET, 71),
          new AcceptanceTask("cifar10/mixnet-ts17-folded", Set.CIFAR_JPEG, MIXNET, 69.75),
          new AcceptanceTask(
              "mlperf-tiny/ic-resnet8-cifar10-nhwc-bn", Set.CIFAR_EXACT, pixels(1), 88),
          new AcceptanceTask(
              "mlperf-tiny/ic-resnet8-cifar10-nhwc-bn", Set.CIFAR_JPEG, pixels(1), 75.75),
          new AcceptanceTask(
              "imagenet/squeezenet1.1-fp32", Set.IMAGENET, AcceptanceTask::blueFirst, 64));

  /** Planes of (x / divisor − mean) / deviation, red first. */
  private static Preprocessing planes(double divisor, double[] mean, double[] deviation) {
    return picture -> {
      int plane = picture.height() * picture.width();
      float[] values = new float[plane * picture.channels()];
      for (int i = 0; i < values.length; i++) {
        int channel = i / plane;
        double value = picture.pixels()[i % plane * picture.channels() + channel] / divisor;
        values[i] = (float) ((value - mean[channel]) / deviation[channel]);
      }
      return values;
    };
  }

  /** The pixels as they lie, divided. */
  private static Preprocessing pixels(double divisor) {
    return picture -> {
      float[] values = new float[picture.pixels().length];
      for (int i = 0; i < values.length; i++) {
        values[i] = (float) (picture.pixels()[i] / divisor);
      }
      return values;
    };
  }

  /** Caffe's way: planes blue, green, red, less the mean colour. */
  private static float[] blueFirst(Picture picture) {
    int[] mean = {104, 117, 123};
    int plane = picture.height() * picture.width();
    float[] values = new float[plane * mean.length];
    for (int i = 0; i < values.length; i++) {
      int channel = i / plane;
      values[i] = picture.pixels()[i % plane * mean.length + 2 - channel] - mean[channel];
    }
    return values;
  }
}
