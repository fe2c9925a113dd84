/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli.data;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.io.WholeFile;

/**
 * Reads NumPy's {@code .npy} format, versions 1 to 3: C order, little-endian float32, float64,
 * uint8, int32 or int64, as floats or longs.
 */
public final class NpyFile {
  private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
  private static final Pattern HEADER =
      Pattern.compile(
          ".*'descr':\\s*'([<|=])([fiu]\\d)'.*'fortran_order':\\s*(True|False).*'shape':\\s*\\(([^)]*)\\).*",
          Pattern.DOTALL);

  private final Path path;
  private final String type;
  private final long[] shape;
  private final ByteBuffer data;

  private NpyFile(Path path, String type, long[] shape, ByteBuffer data) {
    this.path = path;
    this.type = type;
    this.shape = shape;
    this.data = data;
  }

  /**
   * Opens a file.
   *
   * @throws BadInputException when it is not such a file
   */
  public static NpyFile read(Path path) {
    try {
      byte[] bytes = WholeFile.read(path.toString(), path, WholeFile.MAX_DATA_BYTES);
      return parse(path, ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN));
    } catch (IOException e) {
      throw new BadInputException(
          "Reading " + path + ": expected a NumPy file; found: " + e + ".", e);
    }
  }

  /** Dimensions; the first counts the rows. */
  public long[] shape() {
    return shape.clone();
  }

  public int rows() {
    return shape.length == 0 ? 1 : Math.toIntExact(shape[0]);
  }

  /** The elements of one row, as floats. */
  public float[] row(int row) {
    int size = elements(shape) / Math.max(1, rows());
    float[] values = new float[size];
    for (int i = 0; i < size; i++) {
      values[i] = (float) number(row * size + i);
    }
    return values;
  }

  /** All elements as whole numbers, for labels. */
  public long[] integers() {
    long[] values = new long[elements(shape)];
    for (int i = 0; i < values.length; i++) {
      values[i] = (long) number(i);
    }
    return values;
  }

  private double number(int index) {
    return switch (type) {
      case "f4" -> data.getFloat(index * 4);
      case "f8" -> data.getDouble(index * 8);
      case "i4" -> data.getInt(index * 4);
      case "i8" -> data.getLong(index * 8);
      case "u1" -> data.get(index) & 0xff;
      default ->
          throw new BadInputException(
              "Reading " + path + ": elements of type " + type + " are not supported.");
    };
  }

  private static NpyFile parse(Path path, ByteBuffer file) {
    byte[] magic = new byte[MAGIC.length];
    if (file.remaining() < 12) {
      throw malformed(path, "only " + file.remaining() + " bytes");
    }
    file.get(magic);
    int version = file.get();
    file.get();
    int headerLength = version == 1 ? file.getShort() & 0xffff : file.getInt();
    if (!Arrays.equals(magic, MAGIC) || headerLength < 0 || headerLength > file.remaining()) {
      throw malformed(path, "another header");
    }
    byte[] header = new byte[headerLength];
    file.get(header);
    Matcher fields = HEADER.matcher(new String(header, StandardCharsets.UTF_8));
    if (!fields.matches() || fields.group(3).equals("True")) {
      throw malformed(path, "a header that is not little-endian C order");
    }
    long[] shape =
        Arrays.stream(fields.group(4).split(","))
            .map(String::strip)
            .filter(s -> !s.isEmpty())
            .mapToLong(Long::parseLong)
            .toArray();
    int width = fields.group(2).charAt(1) - '0';
    ByteBuffer data = file.slice().order(ByteOrder.LITTLE_ENDIAN);
    if ((long) elements(shape) * width != data.remaining()) {
      throw malformed(
          path, data.remaining() + " bytes of data for the shape " + Arrays.toString(shape));
    }
    return new NpyFile(path, fields.group(2), shape, data);
  }

  private static int elements(long[] shape) {
    long product = 1;
    for (long dimension : shape) {
      product = Math.multiplyExact(product, dimension);
    }
    return Math.toIntExact(product);
  }

  private static BadInputException malformed(Path path, String found) {
    return new BadInputException(
        "Reading "
            + path
            + ": expected a NumPy file (version 1 to 3, C order, little-endian float32, float64, uint8, int32 or int64); found "
            + found
            + ".");
  }
}
