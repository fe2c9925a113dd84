/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.json;

import com.fasterxml.jackson.annotation.JsonAutoDetect.Visibility;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.PropertyAccessor;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.SerializableString;
import com.fasterxml.jackson.core.StreamWriteFeature;
import com.fasterxml.jackson.core.io.CharacterEscapes;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.ToStringSerializer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import org.lepcnn.core.model.Fingerprint;
import org.lepcnn.core.port.ChainId;
import org.lepcnn.core.text.Printable;

/** How {@link Json#write} writes. */
final class JsonWriter {
  private static final JsonMapper MAPPER =
      JsonMapper.builder(
              new JsonFactoryBuilder()
                  .enable(StreamWriteFeature.STRICT_DUPLICATE_DETECTION)
                  .disable(JsonWriteFeature.WRITE_HEX_UPPER_CASE)
                  .characterEscapes(new NumberedControls())
                  .build())
          .visibility(PropertyAccessor.ALL, Visibility.NONE)
          .visibility(PropertyAccessor.FIELD, Visibility.ANY)
          .defaultPropertyInclusion(
              JsonInclude.Value.construct(JsonInclude.Include.NON_NULL, JsonInclude.Include.ALWAYS))
          .addModule(ownForms())
          .build();

  private JsonWriter() {}

  static String write(Object value) {
    try {
      return printable(MAPPER.writeValueAsString(value));
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("JSON: " + e.getOriginalMessage(), e);
    }
  }

  private static SimpleModule ownForms() {
    return new SimpleModule()
        .addSerializer(Path.class, ToStringSerializer.instance)
        .addSerializer(Fingerprint.class, ToStringSerializer.instance)
        .addSerializer(ChainId.class, ToStringSerializer.instance)
        .addSerializer(Double.class, new FiniteNumbers())
        .addSerializer(double.class, new FiniteNumbers())
        .addSerializer(double[].class, new FiniteArrays());
  }

  /** JSON has neither NaN nor infinities. */
  private static void writeFinite(double value, JsonGenerator out) throws IOException {
    if (Double.isFinite(value)) {
      out.writeNumber(value);
    } else {
      out.writeNull();
    }
  }

  private static final class FiniteNumbers extends JsonSerializer<Double> {
    @Override
    public void serialize(Double value, JsonGenerator out, SerializerProvider provider)
        throws IOException {
      writeFinite(value, out);
    }
  }

  private static final class FiniteArrays extends JsonSerializer<double[]> {
    @Override
    public void serialize(double[] values, JsonGenerator out, SerializerProvider provider)
        throws IOException {
      out.writeStartArray();
      for (double value : values) {
        writeFinite(value, out);
      }
      out.writeEndArray();
    }
  }

  /** Controls are written by number, all of them alike. */
  private static final class NumberedControls extends CharacterEscapes {
    private static final long serialVersionUID = 1L;
    private static final int CONTROLS = 0x20;

    @Override
    public int[] getEscapeCodesForAscii() {
      int[] codes = standardAsciiEscapesForJSON();
      Arrays.fill(codes, 0, CONTROLS, ESCAPE_STANDARD);
      return codes;
    }

    @Override
    public SerializableString getEscapeSequence(int character) {
      return null;
    }
  }

  /** What is not printable can only stand in a string, where it is escaped. */
  private static String printable(String json) {
    if (json.codePoints().allMatch(Printable::isPrintable)) {
      return json;
    }
    StringBuilder out = new StringBuilder(json.length() + Character.MAX_RADIX);
    json.codePoints().forEach(codePoint -> append(out, codePoint));
    return out.toString();
  }

  private static void append(StringBuilder out, int codePoint) {
    if (Printable.isPrintable(codePoint)) {
      out.appendCodePoint(codePoint);
    } else {
      for (char unit : Character.toChars(codePoint)) {
        out.append(String.format(Locale.ROOT, "\\u%04x", (int) unit));
      }
    }
  }
}
