/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.gateway.picture;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.model.DeviceHalf.ValueSpec;
import org.lepcnn.core.model.Preprocessing;
import org.lepcnn.core.model.Preprocessing.Colours;
import org.lepcnn.core.model.Preprocessing.Filter;
import org.lepcnn.core.model.Preprocessing.Resize;
import org.lepcnn.device.stage.HostTensor;

/**
 * What somebody says of the pictures of a model, before the model is known. What is null follows
 * from the model.
 *
 * @param resize to which size
 * @param shorterSide of {@link Resize#SHORTER}; null for 8/7 of the input's, and for the others
 * @param filter how pixels between pixels are computed
 * @param padding red, green and blue
 * @param colours null for grey where the model has one channel, else red, green, blue
 * @param channelsLast null for where the model's dimensions have 1 or 3 channels, rather in front
 * @param scale null for 1/255 where the model takes floating-point numbers, else 1
 * @param mean one number, or one for each channel
 * @param deviation one number, or one for each channel
 */
public record PictureSettings(
    Resize resize,
    Integer shorterSide,
    Filter filter,
    List<Integer> padding,
    Colours colours,
    Boolean channelsLast,
    Double scale,
    List<Double> mean,
    List<Double> deviation) {
  private static final double UNIT = 1 / 255.0;

  /** The usual proportion of what is resized to what is cut out of it: 256 to 224. */
  private static final double MARGIN = 8 / 7.0;

  private static final List<Double> ZERO = List.of(0.0);
  private static final List<Double> ONE = List.of(1.0);
  private static final List<Integer> BLACK = List.of(0, 0, 0);

  /** Settings that have a name. */
  public enum Preset {
    /** As torchvision prepares the pictures of ImageNet for its models. */
    IMAGENET(
        new PictureSettings(
            Resize.SHORTER,
            null,
            Filter.BILINEAR,
            BLACK,
            null,
            null,
            UNIT,
            List.of(0.485, 0.456, 0.406),
            List.of(0.229, 0.224, 0.225))),
    /** Grey, with mean and deviation of the MNIST training set. */
    MNIST(
        new PictureSettings(
            Resize.EXACT,
            null,
            Filter.BILINEAR,
            BLACK,
            Colours.GREY,
            null,
            UNIT,
            List.of(0.1307),
            List.of(0.3081))),
    /** The whole picture on grey, from 0 to 1. */
    YOLO(
        new PictureSettings(
            Resize.LETTERBOX,
            null,
            Filter.PLAIN,
            Collections.nCopies(3, 114),
            null,
            null,
            null,
            ZERO,
            ONE)),
    /** Stretched to the input's size, from 0 to 1; whole numbers from 0 to 255. */
    RAW255(
        new PictureSettings(Resize.EXACT, null, Filter.PLAIN, BLACK, null, null, null, ZERO, ONE));

    private final PictureSettings settings;

    Preset(PictureSettings settings) {
      this.settings = settings;
    }

    /** What it stands for. */
    public PictureSettings settings() {
      return settings;
    }
  }

  /**
   * The preprocessing of a model.
   *
   * @param input as one row of a pass has it
   * @throws BadInputException the model takes no such pictures
   */
  public Preprocessing of(ValueSpec input) {
    long[] shape = input.shape();
    int rank = shape.length;
    if (rank == 4 && shape[0] > 1) {
      throw BadInputException.about("Reading pictures for the input '" + input.name() + "'")
          .expected("a model that takes one picture")
          .found(
              "one that takes " + shape[0] + " at once, of shape " + Arrays.toString(shape),
              "Put as many into an .npy array, or export the model with a batch of 1.");
    }
    boolean picture = rank == 3 || rank == 4;
    boolean last = channelsLast != null ? channelsLast : picture && !isChannels(shape[rank - 3]);
    if (!picture || !isChannels(shape[last ? rank - 1 : rank - 3])) {
      throw BadInputException.about("Reading pictures for the input '" + input.name() + "'")
          .expected(
              "a model input of shape [1, channels, height, width] or [1, height, width, channels],"
                  + " with 1 or 3 channels")
          .found(Arrays.toString(shape), "Use .npy or .pb inputs.");
    }
    int channels = (int) shape[last ? rank - 1 : rank - 3];
    boolean fractions =
        input.onnxType() == HostTensor.FLOAT || input.onnxType() == HostTensor.DOUBLE;
    if (!fractions && scale != null && Math.abs(scale) < 1) {
      throw BadInputException.about("Preprocessing of the input '" + input.name() + "'")
          .expected("floating-point numbers, which its scale makes of samples")
          .found(
              "a model that takes whole numbers",
              "Use --preprocess raw255, or a file with scale: 1.");
    }
    Colours order = colours != null ? colours : channels == 1 ? Colours.GREY : Colours.RGB;
    if (channels == 1 && order != Colours.GREY) {
      throw BadInputException.about("Preprocessing of the input '" + input.name() + "'")
          .expected("colours: grey for a model of one channel")
          .found(order.word());
    }
    Preprocessing made =
        new Preprocessing(
            resize,
            resize == Resize.SHORTER ? shorterSide(shape, last) : 0,
            filter,
            padding,
            order,
            last,
            scale != null ? scale : fractions ? UNIT : 1,
            each(mean, channels, "mean"),
            each(deviation, channels, "std"));
    made.requireFits(input);
    return made;
  }

  private int shorterSide(long[] shape, boolean last) {
    int rank = shape.length;
    long side = Math.min(shape[rank - 2], shape[last ? rank - 3 : rank - 1]);
    return shorterSide != null ? shorterSide : (int) Math.round(side * MARGIN);
  }

  private static boolean isChannels(long dimension) {
    return dimension == 1 || dimension == 3;
  }

  private static List<Double> each(List<Double> numbers, int channels, String key) {
    if (numbers.size() == channels) {
      return numbers;
    }
    if (numbers.size() != 1) {
      throw BadInputException.about("Preprocessing: " + key)
          .expected("one number, or " + channels + ", one for each channel of the model")
          .found(numbers.size());
    }
    return Collections.nCopies(channels, numbers.get(0));
  }
}
