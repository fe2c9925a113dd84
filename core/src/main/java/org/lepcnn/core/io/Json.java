/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.io;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.lepcnn.core.text.Printable;

/**
 * Writes JSON (RFC 8259): objects that keep the order of their members, and arrays. There is no
 * reader.
 *
 * <pre>
 *   Json.object().put("name", "conv1").put("macs", 200L).put("shape", Json.array().add(1).add(3))
 * </pre>
 *
 * NaN and infinities, which JSON does not have, and Java's {@code null} are written as {@code
 * null}.
 */
public abstract sealed class Json {
  private Json() {}

  /** A new empty object. */
  public static JsonObject object() {
    return new JsonObject();
  }

  /** A new empty array. */
  public static JsonArray array() {
    return new JsonArray();
  }

  /** The compact text, without line breaks. */
  @Override
  public abstract String toString();

  /** A JSON object under construction. Not thread-safe. */
  public static final class JsonObject extends Json {
    private final Map<String, String> members = new LinkedHashMap<>();

    private JsonObject() {}

    public JsonObject put(String name, String value) {
      return member(name, quote(value));
    }

    public JsonObject put(String name, long value) {
      return member(name, Long.toString(value));
    }

    public JsonObject put(String name, double value) {
      return member(name, number(value));
    }

    public JsonObject put(String name, boolean value) {
      return member(name, Boolean.toString(value));
    }

    /** Adds a member with the text that {@code value} has now. */
    public JsonObject put(String name, Json value) {
      return member(name, String.valueOf(value));
    }

    @Override
    public String toString() {
      return members.entrySet().stream()
          .map(member -> quote(member.getKey()) + ":" + member.getValue())
          .collect(Collectors.joining(",", "{", "}"));
    }

    private JsonObject member(String name, String text) {
      if (members.putIfAbsent(name, text) != null) {
        throw new IllegalArgumentException("JSON object: the member " + name + " is there already");
      }
      return this;
    }
  }

  /** A JSON array under construction. Not thread-safe. */
  public static final class JsonArray extends Json {
    private final List<String> elements = new ArrayList<>();

    private JsonArray() {}

    public JsonArray add(String value) {
      return element(quote(value));
    }

    public JsonArray add(long value) {
      return element(Long.toString(value));
    }

    public JsonArray add(double value) {
      return element(number(value));
    }

    public JsonArray add(boolean value) {
      return element(Boolean.toString(value));
    }

    /** Adds an element with the text that {@code value} has now. */
    public JsonArray add(Json value) {
      return element(String.valueOf(value));
    }

    @Override
    public String toString() {
      return "[" + String.join(",", elements) + "]";
    }

    private JsonArray element(String text) {
      elements.add(text);
      return this;
    }
  }

  private static String number(double value) {
    return Double.isFinite(value) ? Double.toString(value) : "null";
  }

  /** The string in quotes; quotes, backslashes and what is not printable are escaped. */
  private static String quote(String value) {
    if (value == null) {
      return "null";
    }
    StringBuilder out = new StringBuilder(value.length() + 2).append('"');
    value.codePoints().forEach(codePoint -> append(out, codePoint));
    return out.append('"').toString();
  }

  private static void append(StringBuilder out, int codePoint) {
    if (codePoint == '"' || codePoint == '\\') {
      out.append('\\').appendCodePoint(codePoint);
    } else if (Printable.isPrintable(codePoint)) {
      out.appendCodePoint(codePoint);
    } else {
      for (char unit : Character.toChars(codePoint)) {
        out.append(String.format(Locale.ROOT, "\\u%04x", (int) unit));
      }
    }
  }
}
