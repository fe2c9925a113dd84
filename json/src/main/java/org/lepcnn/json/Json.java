/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.ArrayList;
import java.util.List;

/**
 * JSON (RFC 8259), by Jackson.
 *
 * <p>{@link #write} takes records, collections and maps, and keeps the order of components: what a
 * record does not know, it leaves null, and such a component is not written. Paths and ids are
 * written as their text; NaN and infinities, which JSON does not have, as {@code null}; what is not
 * printable is escaped, so that a text from outside can do nothing to a terminal.
 *
 * <p>An instance is one value that was read: a request, what Flink's REST server answers, what
 * another program prints. Steps down with {@link #at(String)} and {@link #items()}; an absent
 * member or another kind than asked for is an {@link IllegalArgumentException} that says so.
 *
 * <p>This is a module of its own because a device needs no JSON: {@code core} and {@code
 * device-runtime} stay without Jackson's 2.5 MB, and so does an application on them. Programs that
 * speak to Kafka or Flink have Jackson anyway, by way of Avro.
 */
public final class Json {
  /** Deeper values are refused. */
  private static final int MAX_DEPTH = 64;

  /** Refuses names that stand twice, text behind the end, and what is no JSON. */
  private static final ObjectMapper STRICT =
      JsonMapper.builder(
              JsonFactory.builder()
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
                  .streamReadConstraints(
                      StreamReadConstraints.builder().maxNestingDepth(MAX_DEPTH).build())
                  .build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private final JsonNode value;

  private Json(JsonNode value) {
    this.value = value;
  }

  /** The compact text of a record, collection or map, without line breaks. */
  public static String write(Object value) {
    return JsonWriter.write(value);
  }

  /**
   * Reads a whole document.
   *
   * @throws IllegalArgumentException when it is not JSON
   */
  public static Json parse(String text) {
    try {
      JsonNode document = STRICT.readTree(text);
      if (document.isMissingNode()) {
        throw new IllegalArgumentException("JSON: expected a value, found none");
      }
      return new Json(document);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("JSON: " + e.getOriginalMessage(), e);
    }
  }

  /** The member of this object. */
  public Json at(String name) {
    require(value.isObject(), "an object with " + name);
    if (!value.has(name)) {
      throw new IllegalArgumentException("JSON: no member " + name + " in " + names());
    }
    return new Json(value.get(name));
  }

  /** Whether this is an object with such a member. */
  public boolean has(String name) {
    return value.has(name);
  }

  /** The names of this object's members, in their order. */
  public List<String> names() {
    require(value.isObject(), "an object");
    List<String> names = new ArrayList<>();
    value.fieldNames().forEachRemaining(names::add);
    return names;
  }

  /** The elements of this array. */
  public List<Json> items() {
    require(value.isArray(), "an array");
    List<Json> items = new ArrayList<>();
    value.forEach(item -> items.add(new Json(item)));
    return items;
  }

  /** This string. */
  public String asText() {
    require(value.isTextual(), "a string");
    return value.textValue();
  }

  /** This number, its fraction cut off. */
  public long asLong() {
    return value.isIntegralNumber() && value.canConvertToLong()
        ? value.longValue()
        : (long) asDouble();
  }

  /** This number. */
  public double asDouble() {
    require(value.isNumber() && Double.isFinite(value.doubleValue()), "a number");
    return value.doubleValue();
  }

  /** This truth value. */
  public boolean asBoolean() {
    require(value.isBoolean(), "true or false");
    return value.booleanValue();
  }

  private void require(boolean holds, String expected) {
    if (!holds) {
      throw new IllegalArgumentException(
          "JSON: expected " + expected + ", found another kind: " + value.getNodeType());
    }
  }
}
