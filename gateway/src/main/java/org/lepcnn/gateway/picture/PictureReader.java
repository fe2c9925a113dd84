/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.gateway.picture;

import java.awt.image.BufferedImage;
import java.awt.image.DataBufferInt;
import java.nio.file.Path;
import java.util.Arrays;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.model.DeviceHalf.ValueSpec;
import org.lepcnn.core.model.Preprocessing;
import org.lepcnn.core.model.Preprocessing.Colours;
import org.lepcnn.device.stage.HostTensor;

/**
 * Makes pictures the input of a model, as its {@link Preprocessing} says. Layout and type are those
 * of the input; whole numbers are rounded to the nearest that the type has. Thread-safe.
 */
public final class PictureReader {
  private static final int SAMPLES = 256;
  private static final long MAX_PIXELS = 1L << 26;

  private final Preprocessing how;
  private final ValueSpec input;
  private final int rows;
  private final int columns;

  /** What each sample of each channel becomes. */
  private final double[][] values;

  private PictureReader(Preprocessing how, ValueSpec input) {
    this.how = how;
    this.input = input;
    this.rows = how.height(input);
    this.columns = how.width(input);
    this.values = new double[how.channels()][SAMPLES];
    for (int channel = 0; channel < values.length; channel++) {
      double mean = how.mean().get(channel);
      double deviation = how.deviation().get(channel);
      for (int sample = 0; sample < SAMPLES; sample++) {
        values[channel][sample] = (sample * how.scale() - mean) / deviation;
      }
    }
  }

  /**
   * A reader for an input.
   *
   * @param input as one row of a pass has it
   * @throws BadInputException the input takes no such pictures
   */
  public static PictureReader of(Preprocessing how, ValueSpec input) {
    how.requireFits(input);
    switch (input.onnxType()) {
      case HostTensor.FLOAT,
          HostTensor.DOUBLE,
          HostTensor.UINT8,
          HostTensor.INT8,
          HostTensor.INT32,
          HostTensor.INT64 -> {
        return new PictureReader(how, input);
      }
      default ->
          throw BadInputException.about("Preprocessing of the input '" + input.name() + "'")
              .expected("a model input of type float32, float64, uint8, int8, int32 or int64")
              .found("number " + input.onnxType() + " of ONNX", "Use .npy or .pb inputs.");
    }
  }

  /** Reads a file. */
  public HostTensor read(Path path) {
    return tensor(Pictures.read(path));
  }

  /**
   * Reads a picture that is in memory.
   *
   * @param what names it in errors
   * @param file the bytes of a file
   */
  public HostTensor read(String what, byte[] file) {
    return tensor(Pictures.decode(what, file));
  }

  HostTensor tensor(BufferedImage picture) {
    int[] pixels = placed(picture);
    if (how.colours() == Colours.GREY) {
      for (int i = 0; i < pixels.length; i++) {
        pixels[i] = grey(pixels[i]);
      }
    }
    long[] shape = input.shape();
    return switch (input.onnxType()) {
      case HostTensor.FLOAT -> HostTensor.of(floats(pixels), shape);
      case HostTensor.DOUBLE -> HostTensor.of(doubles(pixels), shape);
      case HostTensor.INT32 -> {
        double[] exact = whole(pixels, Integer.MIN_VALUE, Integer.MAX_VALUE);
        yield HostTensor.of(Arrays.stream(exact).mapToInt(value -> (int) value).toArray(), shape);
      }
      case HostTensor.INT64 -> {
        double[] exact = whole(pixels, Long.MIN_VALUE, Long.MAX_VALUE);
        yield HostTensor.of(Arrays.stream(exact).mapToLong(value -> (long) value).toArray(), shape);
      }
      case HostTensor.INT8 ->
          HostTensor.ofBytes(
              HostTensor.INT8, bytes(whole(pixels, Byte.MIN_VALUE, Byte.MAX_VALUE)), shape);
      default -> HostTensor.ofBytes(HostTensor.UINT8, bytes(whole(pixels, 0, 255)), shape);
    };
  }

  /** The input's pixels: the resized picture, cut or padded. */
  int[] placed(BufferedImage picture) {
    int width = picture.getWidth();
    int height = picture.getHeight();
    int[] pixels = ((DataBufferInt) picture.getRaster().getDataBuffer()).getData();
    Placement place = Placement.of(how, width, height, columns, rows);
    int left = (int) Math.max(place.left(), 0);
    int top = (int) Math.max(place.top(), 0);
    Resampler.Axis across = axis(width, place.width(), place.left(), columns);
    Resampler.Axis down = axis(height, place.height(), place.top(), rows);
    if ((long) height * columns > MAX_PIXELS) {
      throw BadInputException.about("Resizing a picture")
          .expected("at most " + MAX_PIXELS / columns + " rows")
          .found(height, "Make it smaller.");
    }
    boolean same = width == place.width() && height == place.height();
    int[] resized =
        same
            ? cut(pixels, width, across, down)
            : Resampler.resize(pixels, across, down, how.filter());
    if (resized.length == columns * rows) {
      return resized;
    }
    int[] padded = new int[columns * rows];
    int padding = 0;
    for (int sample : how.padding()) {
      padding = padding << Byte.SIZE | sample;
    }
    Arrays.fill(padded, padding);
    for (int y = 0; y < down.count(); y++) {
      System.arraycopy(
          resized, y * across.count(), padded, (top + y) * columns + left, across.count());
    }
    return padded;
  }

  private static Resampler.Axis axis(int source, long size, long at, int room) {
    long from = Math.max(-at, 0);
    long to = Math.min(size, room - at);
    return new Resampler.Axis(source, size, from, (int) (to - from));
  }

  private static int[] cut(int[] pixels, int width, Resampler.Axis across, Resampler.Axis down) {
    int[] part = new int[across.count() * down.count()];
    for (int y = 0; y < down.count(); y++) {
      int at = (int) ((down.from() + y) * width + across.from());
      System.arraycopy(pixels, at, part, y * across.count(), across.count());
    }
    return part;
  }

  /** Brightness by the weights 0.299, 0.587 and 0.114, in 65536ths; grey stays as it is. */
  private static int grey(int pixel) {
    int sum = 19_595 * (pixel >> 16 & 0xff) + 38_470 * (pixel >> 8 & 0xff) + 7_471 * (pixel & 0xff);
    return ((sum + (1 << 15)) >> 16) * 0x010101;
  }

  private float[] floats(int[] pixels) {
    float[] result = new float[pixels.length * values.length];
    for (int channel = 0; channel < values.length; channel++) {
      float[] table = new float[SAMPLES];
      for (int sample = 0; sample < SAMPLES; sample++) {
        table[sample] = (float) values[channel][sample];
      }
      int shift = shift(channel);
      int step = step();
      int at = start(channel, pixels.length);
      for (int pixel : pixels) {
        result[at] = table[pixel >> shift & 0xff];
        at += step;
      }
    }
    return result;
  }

  private double[] doubles(int[] pixels) {
    double[] result = new double[pixels.length * values.length];
    for (int channel = 0; channel < values.length; channel++) {
      int at = start(channel, pixels.length);
      for (int pixel : pixels) {
        result[at] = values[channel][pixel >> shift(channel) & 0xff];
        at += step();
      }
    }
    return result;
  }

  private double[] whole(int[] pixels, double least, double most) {
    double[] exact = doubles(pixels);
    for (int i = 0; i < exact.length; i++) {
      exact[i] = Math.min(Math.max(Math.rint(exact[i]), least), most);
    }
    return exact;
  }

  private static byte[] bytes(double[] whole) {
    byte[] bytes = new byte[whole.length];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) (int) whole[i];
    }
    return bytes;
  }

  private int shift(int channel) {
    return Byte.SIZE * (how.colours() == Colours.BGR ? channel : 2 - channel);
  }

  private int step() {
    return how.channelsLast() ? values.length : 1;
  }

  private int start(int channel, int plane) {
    return how.channelsLast() ? channel : channel * plane;
  }
}
