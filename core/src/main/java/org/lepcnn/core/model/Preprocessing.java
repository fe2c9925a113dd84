/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.io.BodyReader;
import org.lepcnn.core.io.BodyWriter;
import org.lepcnn.core.model.DeviceHalf.ValueSpec;

/**
 * How a picture becomes the input of a model. An upright picture of red, green and blue samples
 * from 0 to 255 is resized, then cut or padded to the input's height and width. Its colours are put
 * in order, and a sample v of channel c becomes (v · scale − mean[c]) / deviation[c].
 *
 * @param resize to which size
 * @param shorterSide pixels of the shorter side after {@link Resize#SHORTER}; else 0
 * @param filter how pixels between pixels are computed
 * @param padding red, green and blue, from 0 to 255, where the picture does not reach
 * @param colours what the channels are
 * @param channelsLast whether the input has the channels behind height and width
 * @param scale of a sample; not 0
 * @param mean per channel of the model
 * @param deviation the standard deviation, per channel of the model; not 0
 */
public record Preprocessing(
    Resize resize,
    int shorterSide,
    Filter filter,
    List<Integer> padding,
    Colours colours,
    boolean channelsLast,
    double scale,
    List<Double> mean,
    List<Double> deviation) {
  private static final int COLOURS = 3;
  private static final int WHITE = 255;
  private static final int MOST_PIXELS = 1 << 16;

  /** A word that a person writes. */
  public interface Word {
    /** In small letters. */
    String word();
  }

  /** To which size a picture is brought. */
  public enum Resize implements Word {
    /** To the input's size, whatever the proportions. */
    EXACT("exact"),
    /** So that its shorter side has a stated length; the middle is cut out. */
    SHORTER("shorter"),
    /** As large as fits; the rest is padded evenly. */
    LETTERBOX("letterbox");

    private final String word;

    Resize(String word) {
      this.word = word;
    }

    @Override
    public String word() {
      return word;
    }
  }

  /** How pixels between pixels are computed. */
  public enum Filter implements Word {
    /** Linear over as many pixels as become one, as Pillow has it. */
    BILINEAR("bilinear"),
    /** Cubic (a = −0.5) over twice as many, as Pillow has it. */
    BICUBIC("bicubic"),
    /** Linear between the two nearest, which skips pixels where a picture shrinks. */
    PLAIN("plain"),
    /** The nearest pixel. */
    NEAREST("nearest");

    private final String word;

    Filter(String word) {
      this.word = word;
    }

    @Override
    public String word() {
      return word;
    }
  }

  /** What the channels of a model are. */
  public enum Colours implements Word {
    RGB("rgb"),
    BGR("bgr"),
    /** Brightness as Rec. 601 weighs colours; in each channel where there are three. */
    GREY("grey");

    private final String word;

    Colours(String word) {
      this.word = word;
    }

    @Override
    public String word() {
      return word;
    }
  }

  public Preprocessing {
    padding = List.copyOf(padding);
    mean = List.copyOf(mean);
    deviation = List.copyOf(deviation);
    boolean stated = resize == Resize.SHORTER;
    require(
        stated ? shorterSide >= 1 && shorterSide <= MOST_PIXELS : shorterSide == 0,
        "a shorter side of 1 to " + MOST_PIXELS + " pixels where it is stated, else 0",
        shorterSide);
    require(
        padding.size() == COLOURS && padding.stream().allMatch(v -> v >= 0 && v <= WHITE),
        "padding of 3 samples from 0 to " + WHITE,
        padding);
    require(Double.isFinite(scale) && scale != 0, "a scale that is a number and not 0", scale);
    require(
        (mean.size() == 1 || mean.size() == COLOURS) && mean.stream().allMatch(Double::isFinite),
        "a mean of 1 or 3 numbers",
        mean);
    require(
        deviation.size() == mean.size()
            && deviation.stream().allMatch(v -> Double.isFinite(v) && v != 0),
        "as many standard deviations as means, " + mean.size() + ", none of them 0",
        deviation);
    require(
        mean.size() == COLOURS || colours == Colours.GREY,
        "as many means as channels",
        mean.size());
  }

  /** Channels of the model. */
  public int channels() {
    return mean.size();
  }

  /** Rows of a picture that an input takes. */
  public int height(ValueSpec input) {
    long[] shape = input.shape();
    return Math.toIntExact(shape[shape.length - (channelsLast ? 3 : 2)]);
  }

  /** Columns of a picture that an input takes. */
  public int width(ValueSpec input) {
    long[] shape = input.shape();
    return Math.toIntExact(shape[shape.length - (channelsLast ? 2 : 1)]);
  }

  /**
   * Refuses an input that takes no such picture.
   *
   * @param input as one row of a pass has it
   */
  public void requireFits(ValueSpec input) {
    long[] shape = input.shape();
    int rank = shape.length;
    boolean fits = rank == 3 || (rank == 4 && shape[0] == 1);
    if (!fits || shape[channelsLast ? rank - 1 : rank - 3] != channels()) {
      throw BadInputException.about("Preprocessing of the input '" + input.name() + "'")
          .expected(
              "dimensions [1, "
                  + (channelsLast ? "height, width, " + channels() : channels() + ", height, width")
                  + "]")
          .found(Arrays.toString(shape));
    }
  }

  private static void require(boolean holds, String expected, Object found) {
    if (!holds) {
      throw BadInputException.about("Preprocessing").expected(expected).found(found);
    }
  }

  void write(BodyWriter body) {
    body.string(resize.word()).int32(shorterSide).string(filter.word());
    padding.forEach(body::int32);
    body.string(colours.word()).int32(channelsLast ? 1 : 0);
    body.int64(Double.doubleToLongBits(scale)).int32(channels());
    mean.forEach(value -> body.int64(Double.doubleToLongBits(value)));
    deviation.forEach(value -> body.int64(Double.doubleToLongBits(value)));
  }

  static Preprocessing read(BodyReader in) {
    Resize resize = known(in, Resize.values());
    int shorterSide = in.int32();
    Filter filter = known(in, Filter.values());
    List<Integer> padding = List.of(in.int32(), in.int32(), in.int32());
    Colours colours = known(in, Colours.values());
    boolean channelsLast = DeviceHalf.readBoolean(in);
    double scale = Double.longBitsToDouble(in.int64());
    int channels = in.int32();
    if (channels != 1 && channels != COLOURS) {
      throw in.corrupt(channels + " channels");
    }
    List<Double> mean = readDoubles(in, channels);
    List<Double> deviation = readDoubles(in, channels);
    return new Preprocessing(
        resize, shorterSide, filter, padding, colours, channelsLast, scale, mean, deviation);
  }

  private static <T extends Word> T known(BodyReader in, T[] values) {
    String word = in.string();
    for (T value : values) {
      if (value.word().equals(word)) {
        return value;
      }
    }
    throw in.corrupt("a word where there can be " + words(values));
  }

  private static <T extends Word> List<String> words(T[] values) {
    return Arrays.stream(values).map(Word::word).toList();
  }

  private static List<Double> readDoubles(BodyReader in, int count) {
    List<Double> values = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      values.add(Double.longBitsToDouble(in.int64()));
    }
    return Collections.unmodifiableList(values);
  }
}
