/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.gateway.input;

import ai.onnxruntime.platform.Fp16Conversions;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.io.WholeFile;

/**
 * Reads NumPy's {@code .npy} format, versions 1 to 3: C order, little-endian, of float16, float32,
 * float64, bool, uint8, or signed whole numbers of 8 to 64 bits.
 *
 * <p>The header is bounded, and its dimensions are held against the bytes that are there before
 * anything is allocated for them.
 */
public final class NpyFile implements Elements {
  private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
  private static final int PREFIX_BYTES = 12;
  private static final int MAX_HEADER_BYTES = 1 << 16;
  private static final int MAX_DIMENSIONS = 32;
  private static final Set<String> TYPES =
      Set.of("f2", "f4", "f8", "b1", "u1", "i1", "i2", "i4", "i8");

  private static final Pattern DESCR = Pattern.compile("'descr': *'([^']{1,16})'");
  private static final Pattern ORDER = Pattern.compile("'fortran_order': *(True|False)");
  private static final Pattern SHAPE = Pattern.compile("'shape': *\\(([0-9L, ]{0,2048})\\)");

  private final String type;
  private final long[] shape;
  private final int size;
  private final ByteBuffer data;

  private NpyFile(String type, long[] shape, int size, ByteBuffer data) {
    this.type = type;
    this.shape = shape;
    this.size = size;
    this.data = data;
  }

  /**
   * Opens a file.
   *
   * @throws BadInputException when it is not such a file
   */
  public static NpyFile read(Path path) {
    try {
      return parse(path, WholeFile.read(path.toString(), path, WholeFile.MAX_DATA_BYTES));
    } catch (IOException e) {
      throw BadInputException.about("Reading " + path).expected("a NumPy file").found(e);
    }
  }

  /**
   * As {@link #read}, of what such a file holds.
   *
   * @param path for errors
   */
  static NpyFile parse(Path path, byte[] bytes) {
    return parse(path, ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN));
  }

  /** A copy of the dimensions. */
  public long[] shape() {
    return shape.clone();
  }

  /** How many elements. */
  public int size() {
    return size;
  }

  /**
   * All elements as whole numbers, for labels.
   *
   * @throws BadInputException they are fractions by their type
   */
  public long[] integers() {
    if (!whole()) {
      throw BadInputException.about("Reading labels")
          .expected("an array of whole numbers")
          .found("type " + type);
    }
    long[] values = new long[size];
    for (int i = 0; i < values.length; i++) {
      values[i] = integer(i);
    }
    return values;
  }

  @Override
  public boolean whole() {
    return type.charAt(0) != 'f';
  }

  @Override
  public double number(int index) {
    return switch (type) {
      case "f2" -> Fp16Conversions.fp16ToFloat(data.getShort(index * 2));
      case "f4" -> data.getFloat(index * 4);
      case "f8" -> data.getDouble(index * 8);
      default -> integer(index);
    };
  }

  @Override
  public long integer(int index) {
    return switch (type) {
      case "u1" -> data.get(index) & 0xff;
      case "b1", "i1" -> data.get(index);
      case "i2" -> data.getShort(index * 2);
      case "i4" -> data.getInt(index * 4);
      case "i8" -> data.getLong(index * 8);
      default -> throw new IllegalStateException("elements of type " + type + " are not whole");
    };
  }

  private static NpyFile parse(Path path, ByteBuffer file) {
    String header = header(path, file);
    String type = type(path, find(path, DESCR, header, "'descr'"));
    if (find(path, ORDER, header, "'fortran_order'").equals("True")) {
      throw malformed(path, "Fortran order. Save numpy.ascontiguousarray(array)");
    }
    long[] shape = shape(path, find(path, SHAPE, header, "'shape'"));
    ByteBuffer data = file.slice().order(ByteOrder.LITTLE_ENDIAN);
    int size = elements(path, shape, data.remaining() / (type.charAt(1) - '0'));
    if ((long) size * (type.charAt(1) - '0') != data.remaining()) {
      throw lengths(path, data.remaining(), shape);
    }
    return new NpyFile(type, shape, size, data);
  }

  private static String header(Path path, ByteBuffer file) {
    byte[] magic = new byte[MAGIC.length];
    if (file.remaining() < PREFIX_BYTES) {
      throw malformed(path, "only " + file.remaining() + " bytes");
    }
    file.get(magic);
    int version = file.get();
    file.get();
    int length = version == 1 ? file.getShort() & 0xffff : file.getInt();
    if (!Arrays.equals(magic, MAGIC) || version < 1 || version > 3) {
      throw malformed(path, "another kind of file");
    }
    if (length < 0 || length > Math.min(file.remaining(), MAX_HEADER_BYTES)) {
      throw malformed(path, "a header that is cut or too long");
    }
    byte[] header = new byte[length];
    file.get(header);
    return new String(header, StandardCharsets.UTF_8);
  }

  private static String find(Path path, Pattern pattern, String header, String what) {
    Matcher matcher = pattern.matcher(header);
    if (!matcher.find()) {
      throw malformed(path, "a header without a usable " + what);
    }
    return matcher.group(1);
  }

  private static String type(Path path, String descr) {
    String type = descr.substring(1);
    if ("<|=".indexOf(descr.charAt(0)) < 0 || !TYPES.contains(type)) {
      throw malformed(path, "elements of type '" + descr + "'");
    }
    return type;
  }

  /** Python 2 wrote {@code 3L} for 3, and NumPy still reads it. */
  private static long[] shape(Path path, String text) {
    String[] parts = text.isBlank() ? new String[0] : text.strip().split(" *, *");
    if (parts.length > MAX_DIMENSIONS) {
      throw malformed(path, parts.length + " dimensions");
    }
    long[] shape = new long[parts.length];
    for (int i = 0; i < parts.length; i++) {
      String digits =
          parts[i].endsWith("L") ? parts[i].substring(0, parts[i].length() - 1) : parts[i];
      try {
        shape[i] = Long.parseLong(digits);
      } catch (NumberFormatException e) {
        throw malformed(path, "the dimension '" + parts[i] + "'");
      }
    }
    return shape;
  }

  private static int elements(Path path, long[] shape, int most) {
    long product = 1;
    for (long dimension : shape) {
      if (product != 0 && dimension > most / product) {
        throw lengths(path, -1, shape);
      }
      product *= dimension;
    }
    return (int) product;
  }

  private static BadInputException lengths(Path path, int bytes, long[] shape) {
    String found = bytes < 0 ? "fewer bytes of data than" : bytes + " bytes of data for";
    return malformed(path, found + " the shape " + Arrays.toString(shape));
  }

  private static BadInputException malformed(Path path, String found) {
    return BadInputException.about("Reading " + path)
        .expected(
            "a NumPy file (version 1 to 3, C order, little-endian float16, float32, float64, bool, uint8, int8, int16, int32 or int64)")
        .found(found);
  }
}
