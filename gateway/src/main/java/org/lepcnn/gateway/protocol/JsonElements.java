/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.gateway.protocol;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.model.DeviceHalf.ValueSpec;
import org.lepcnn.device.stage.HostTensor;

/**
 * The elements of a tensor as JSON: an array of all of them in row-major order, or arrays within
 * arrays, one for each dimension. Read straight into the tensor's array.
 */
final class JsonElements {
  private final JsonParser json;
  private final ValueSpec input;
  private final long[] shape;
  private final Taker taker;
  private final int size;
  private int taken;

  /** Takes the element at the parser's token. */
  private interface Taker {
    void take(JsonParser json, int index) throws IOException;
  }

  /** A tensor, and what fills it. */
  private record Filled(HostTensor tensor, Taker taker) {}

  private JsonElements(JsonParser json, ValueSpec input, Taker taker, int size) {
    this.json = json;
    this.input = input;
    this.shape = input.shape();
    this.taker = taker;
    this.size = size;
  }

  /**
   * Reads a tensor.
   *
   * @param json at the first bracket; then at the last one
   * @param input whose type and dimensions the tensor has
   * @throws BadInputException the elements are not of this type, or not as many
   */
  static HostTensor read(JsonParser json, ValueSpec input) throws IOException {
    int size = Datatype.elements(input);
    Filled filled = fill(input, size);
    JsonElements elements = new JsonElements(json, input, filled.taker(), size);
    boolean nested = json.nextToken() == JsonToken.START_ARRAY && input.shape().length > 1;
    if (nested) {
      elements.nested(0);
    } else {
      elements.flat();
    }
    if (elements.taken != size) {
      throw elements.notAsMany(elements.taken + " elements");
    }
    return filled.tensor();
  }

  /** Until the end of the array in whose first element the parser is. */
  private void flat() throws IOException {
    for (JsonToken token = json.currentToken();
        token != JsonToken.END_ARRAY;
        token = json.nextToken()) {
      take();
    }
  }

  /** As {@link #flat}, of the array of a dimension. */
  private void nested(int dimension) throws IOException {
    long count = 0;
    boolean last = dimension == shape.length - 1;
    for (JsonToken token = json.currentToken();
        token != JsonToken.END_ARRAY;
        token = json.nextToken()) {
      count++;
      if (last) {
        take();
      } else if (token == JsonToken.START_ARRAY && count <= shape[dimension]) {
        json.nextToken();
        nested(dimension + 1);
      } else {
        throw notAsMany("another nesting");
      }
    }
    if (count != shape[dimension]) {
      throw notAsMany("an array of " + count + " in dimension " + dimension);
    }
  }

  private void take() throws IOException {
    if (taken == size) {
      throw notAsMany("more");
    }
    taker.take(json, taken);
    taken++;
  }

  private BadInputException notAsMany(String found) {
    return BadInputException.about("Data of input '" + input.name() + "'")
        .expected(size + " elements, flat or nested as the dimensions are")
        .found(found);
  }

  private static Filled fill(ValueSpec input, int size) {
    Numbers numbers = new Numbers(input);
    switch (Datatype.of(input)) {
      case FP32 -> {
        float[] values = new float[size];
        return new Filled(
            HostTensor.of(values, input.shape()),
            (json, i) -> values[i] = (float) numbers.finite(json, Float.MAX_VALUE));
      }
      case FP64 -> {
        double[] values = new double[size];
        return new Filled(
            HostTensor.of(values, input.shape()),
            (json, i) -> values[i] = numbers.finite(json, Double.MAX_VALUE));
      }
      case INT32 -> {
        int[] values = new int[size];
        return new Filled(
            HostTensor.of(values, input.shape()),
            (json, i) ->
                values[i] = (int) numbers.whole(json, Integer.MIN_VALUE, Integer.MAX_VALUE));
      }
      case INT64 -> {
        long[] values = new long[size];
        return new Filled(
            HostTensor.of(values, input.shape()),
            (json, i) -> values[i] = numbers.whole(json, Long.MIN_VALUE, Long.MAX_VALUE));
      }
      case INT8 -> {
        return bytes(
            input,
            HostTensor.INT8,
            size,
            json -> numbers.whole(json, Byte.MIN_VALUE, Byte.MAX_VALUE));
      }
      case UINT8 -> {
        return bytes(input, HostTensor.UINT8, size, json -> numbers.whole(json, 0, 0xff));
      }
      case BOOL -> {
        return bytes(input, HostTensor.BOOL, size, numbers::truth);
      }
      case BYTES -> {
        String[] values = new String[size];
        return new Filled(
            HostTensor.of(values, input.shape()), (json, i) -> values[i] = numbers.text(json));
      }
      case UINT64 -> throw numbers.another("no model takes such a type");
    }
    throw new AssertionError(input);
  }

  /** A byte of the element at the parser's token. */
  private interface ByteOf {
    long of(JsonParser json) throws IOException;
  }

  private static Filled bytes(ValueSpec input, int onnxType, int size, ByteOf element) {
    byte[] values = new byte[size];
    return new Filled(
        HostTensor.ofBytes(onnxType, values, input.shape()),
        (json, i) -> values[i] = (byte) element.of(json));
  }

  /** Reads single elements, and names the input of those that are not of its type. */
  private record Numbers(ValueSpec input) {
    double finite(JsonParser json, double most) throws IOException {
      if (!json.currentToken().isNumeric()) {
        throw another("something that is no number");
      }
      double value = most == Float.MAX_VALUE ? json.getFloatValue() : json.getDoubleValue();
      if (Math.abs(value) <= most) {
        return value;
      }
      throw another("a number beyond its range");
    }

    long whole(JsonParser json, long least, long most) throws IOException {
      if (json.currentToken() != JsonToken.VALUE_NUMBER_INT) {
        throw another("something that is no whole number");
      }
      if (json.getNumberType() != JsonParser.NumberType.BIG_INTEGER) {
        long value = json.getLongValue();
        if (value >= least && value <= most) {
          return value;
        }
      }
      throw another("a number beyond its range");
    }

    long truth(JsonParser json) {
      return switch (json.currentToken()) {
        case VALUE_TRUE -> 1;
        case VALUE_FALSE -> 0;
        default -> throw another("something that is neither true nor false");
      };
    }

    String text(JsonParser json) throws IOException {
      if (json.currentToken() != JsonToken.VALUE_STRING) {
        throw another("something that is no string");
      }
      return json.getText();
    }

    BadInputException another(String found) {
      return BadInputException.about("Data of input '" + input.name() + "'")
          .expected("elements of type " + Datatype.of(input))
          .found(found);
    }
  }

  /**
   * Writes the elements of a tensor, flat; NaN and infinities, which JSON does not have, as null.
   *
   * @param unsigned whether the elements of an int64 tensor are unsigned
   */
  static void write(HostTensor tensor, boolean unsigned, JsonGenerator json) throws IOException {
    json.writeStartArray();
    switch (tensor.onnxType()) {
      case HostTensor.FLOAT -> {
        for (float value : (float[]) tensor.array()) {
          if (Float.isFinite(value)) {
            json.writeNumber(value);
          } else {
            json.writeNull();
          }
        }
      }
      case HostTensor.DOUBLE -> {
        for (double value : (double[]) tensor.array()) {
          if (Double.isFinite(value)) {
            json.writeNumber(value);
          } else {
            json.writeNull();
          }
        }
      }
      case HostTensor.INT32 -> {
        for (int value : (int[]) tensor.array()) {
          json.writeNumber(value);
        }
      }
      case HostTensor.INT64 -> {
        for (long value : (long[]) tensor.array()) {
          if (unsigned) {
            json.writeNumber(Long.toUnsignedString(value));
          } else {
            json.writeNumber(value);
          }
        }
      }
      case HostTensor.STRING -> {
        for (String value : (String[]) tensor.array()) {
          json.writeString(value);
        }
      }
      case HostTensor.BOOL -> {
        for (byte value : (byte[]) tensor.array()) {
          json.writeBoolean(value != 0);
        }
      }
      default -> {
        int mask = tensor.onnxType() == HostTensor.UINT8 ? 0xff : -1;
        for (byte value : (byte[]) tensor.array()) {
          json.writeNumber(value & mask);
        }
      }
    }
    json.writeEndArray();
  }
}
