/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.gateway.protocol;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.model.DeviceHalf.ValueSpec;
import org.lepcnn.device.stage.HostTensor;

/**
 * The elements of a tensor in the binary form: little-endian, in row-major order, one after the
 * other. A truth value is a byte, 0 or 1. An element of {@code BYTES} is a uint32, its length, and
 * as many bytes, here of UTF-8.
 */
final class BinaryElements {
  private BinaryElements() {}

  /**
   * Reads a tensor.
   *
   * @param bytes all of the tensor's
   * @param input whose type and dimensions the tensor has
   * @throws BadInputException the bytes are not those of such a tensor
   */
  static HostTensor read(ByteBuffer bytes, ValueSpec input) {
    int size = Datatype.elements(input);
    Datatype type = Datatype.of(input);
    long expected = (long) size * type.bytes();
    if (type != Datatype.BYTES && bytes.remaining() != expected) {
      throw another(input, expected + " bytes", bytes.remaining());
    }
    ByteBuffer in = bytes.order(ByteOrder.LITTLE_ENDIAN);
    return switch (type) {
      case FP32 -> {
        float[] values = new float[size];
        in.asFloatBuffer().get(values);
        yield HostTensor.of(values, input.shape());
      }
      case FP64 -> {
        double[] values = new double[size];
        in.asDoubleBuffer().get(values);
        yield HostTensor.of(values, input.shape());
      }
      case INT32 -> {
        int[] values = new int[size];
        in.asIntBuffer().get(values);
        yield HostTensor.of(values, input.shape());
      }
      case INT64, UINT64 -> {
        long[] values = new long[size];
        in.asLongBuffer().get(values);
        yield HostTensor.of(values, input.shape());
      }
      case BOOL, UINT8, INT8 -> {
        byte[] values = new byte[size];
        in.get(values);
        if (type == Datatype.BOOL) {
          requireTruths(values, input);
        }
        yield HostTensor.ofBytes(input.onnxType(), values, input.shape());
      }
      case BYTES -> HostTensor.of(texts(in, size, input), input.shape());
    };
  }

  private static void requireTruths(byte[] values, ValueSpec input) {
    for (byte value : values) {
      if (value != 0 && value != 1) {
        throw another(input, "bytes 0 and 1", "another");
      }
    }
  }

  private static String[] texts(ByteBuffer in, int size, ValueSpec input) {
    if (in.remaining() < (long) size * Integer.BYTES) {
      throw another(input, size + " elements with their lengths", in.remaining() + " bytes");
    }
    String[] values = new String[size];
    for (int i = 0; i < size; i++) {
      values[i] = text(in, input);
    }
    if (in.hasRemaining()) {
      throw another(input, size + " elements", "more");
    }
    return values;
  }

  private static String text(ByteBuffer in, ValueSpec input) {
    int length = in.remaining() < Integer.BYTES ? -1 : in.getInt();
    if (length < 0 || length > in.remaining()) {
      throw another(input, "an element as long as its length says", "the end");
    }
    ByteBuffer bytes = in.slice(in.position(), length);
    in.position(in.position() + length);
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
    } catch (CharacterCodingException e) {
      throw another(input, "text in UTF-8", "other bytes");
    }
  }

  private static BadInputException another(ValueSpec input, String expected, Object found) {
    return BadInputException.about("Binary data of input '" + input.name() + "'")
        .expected(expected)
        .found(found);
  }

  /** How many bytes a tensor takes. */
  static long bytes(HostTensor tensor) {
    Object array = tensor.array();
    if (array instanceof String[] texts) {
      long bytes = 0;
      for (String text : texts) {
        bytes += Integer.BYTES + text.getBytes(StandardCharsets.UTF_8).length;
      }
      return bytes;
    }
    if (array instanceof float[] values) {
      return (long) values.length * Float.BYTES;
    }
    if (array instanceof double[] values) {
      return (long) values.length * Double.BYTES;
    }
    if (array instanceof int[] values) {
      return (long) values.length * Integer.BYTES;
    }
    return array instanceof long[] values
        ? (long) values.length * Long.BYTES
        : ((byte[]) array).length;
  }

  /**
   * Writes a tensor.
   *
   * @param out little-endian, with room for it
   */
  static void write(HostTensor tensor, ByteBuffer out) {
    Object array = tensor.array();
    int end = out.position() + Math.toIntExact(bytes(tensor));
    if (array instanceof String[] texts) {
      for (String text : texts) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        out.putInt(bytes.length).put(bytes);
      }
    } else if (array instanceof float[] values) {
      out.asFloatBuffer().put(values);
    } else if (array instanceof double[] values) {
      out.asDoubleBuffer().put(values);
    } else if (array instanceof int[] values) {
      out.asIntBuffer().put(values);
    } else if (array instanceof long[] values) {
      out.asLongBuffer().put(values);
    } else {
      out.put((byte[]) array);
    }
    out.position(end);
  }
}
