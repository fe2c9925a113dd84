/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.deployments;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One JSON value (RFC 8259), read only: what Flink's REST server answers, and other programs that
 * are started here.
 *
 * <p>Steps down with {@link #at(String)} and {@link #items()}; an absent member or another kind
 * than asked for is an {@link IllegalArgumentException} that says so.
 */
public final class Json {
  /** Deeper values are refused. */
  private static final int MAX_DEPTH = 64;

  private final Object value;

  private Json(Object value) {
    this.value = value;
  }

  /**
   * Reads a whole document.
   *
   * @throws IllegalArgumentException when it is not JSON
   */
  public static Json parse(String text) {
    return new Json(new Parser(text).document());
  }

  /** The member of this object. */
  public Json at(String name) {
    Map<?, ?> members = as(Map.class, "an object with " + name);
    if (!members.containsKey(name)) {
      throw new IllegalArgumentException("JSON: no member " + name + " in " + members.keySet());
    }
    return new Json(members.get(name));
  }

  /** Whether this is an object with such a member. */
  public boolean has(String name) {
    return value instanceof Map<?, ?> members && members.containsKey(name);
  }

  /** The names of this object's members, in their order. */
  public List<String> names() {
    List<String> names = new ArrayList<>();
    for (Object name : as(Map.class, "an object").keySet()) {
      names.add((String) name);
    }
    return names;
  }

  /** The elements of this array. */
  public List<Json> items() {
    List<Json> items = new ArrayList<>();
    for (Object item : as(List.class, "an array")) {
      items.add(new Json(item));
    }
    return items;
  }

  /** This string. */
  public String asText() {
    return as(String.class, "a string");
  }

  /** This number, its fraction cut off. */
  public long asLong() {
    return as(Double.class, "a number").longValue();
  }

  /** This number. */
  public double asDouble() {
    return as(Double.class, "a number");
  }

  /** This truth value. */
  public boolean asBoolean() {
    return as(Boolean.class, "true or false");
  }

  private <T> T as(Class<T> type, String expected) {
    if (!type.isInstance(value)) {
      throw new IllegalArgumentException("JSON: expected " + expected + ", found " + value);
    }
    return type.cast(value);
  }

  /** Recursive descent; numbers become doubles, exact up to 2^53. */
  private static final class Parser {
    private final String text;
    private int at;
    private int depth;

    Parser(String text) {
      this.text = text;
    }

    Object document() {
      Object value = value();
      if (peek() != '\0') {
        throw bad("the end");
      }
      return value;
    }

    private Object value() {
      if (++depth > MAX_DEPTH) {
        throw bad("at most " + MAX_DEPTH + " levels");
      }
      Object value = valueOf(peek());
      depth--;
      return value;
    }

    private Object valueOf(char next) {
      return switch (next) {
        case '{' -> object();
        case '[' -> array();
        case '"' -> string();
        case 't' -> word("true", Boolean.TRUE);
        case 'f' -> word("false", Boolean.FALSE);
        case 'n' -> word("null", null);
        default -> number();
      };
    }

    private Map<String, Object> object() {
      Map<String, Object> members = new LinkedHashMap<>();
      at++;
      if (!skip('}')) {
        do {
          expectQuote();
          String name = string();
          expect(':');
          members.put(name, value());
        } while (skip(','));
        expect('}');
      }
      return members;
    }

    private List<Object> array() {
      List<Object> items = new ArrayList<>();
      at++;
      if (!skip(']')) {
        do {
          items.add(value());
        } while (skip(','));
        expect(']');
      }
      return items;
    }

    private String string() {
      StringBuilder out = new StringBuilder();
      at++;
      while (at < text.length() && text.charAt(at) != '"') {
        char next = text.charAt(at++);
        out.append(next == '\\' ? escaped() : next);
      }
      expect('"');
      return out.toString();
    }

    private char escaped() {
      if (at >= text.length()) {
        throw bad("an escaped character");
      }
      char kind = text.charAt(at++);
      return switch (kind) {
        case 'n' -> '\n';
        case 't' -> '\t';
        case 'r' -> '\r';
        case 'b' -> '\b';
        case 'f' -> '\f';
        case 'u' -> unicode();
        case '"', '\\', '/' -> kind;
        default -> throw bad("an escape");
      };
    }

    private char unicode() {
      if (at + 4 > text.length()) {
        throw bad("four hexadecimal digits");
      }
      at += 4;
      return (char) Integer.parseInt(text, at - 4, at, 16);
    }

    private Double number() {
      int start = at;
      while (at < text.length() && "+-.eE0123456789".indexOf(text.charAt(at)) >= 0) {
        at++;
      }
      if (start == at) {
        throw bad("a value");
      }
      return Double.valueOf(text.substring(start, at));
    }

    private Object word(String word, Boolean meaning) {
      if (!text.startsWith(word, at)) {
        throw bad(word);
      }
      at += word.length();
      return meaning;
    }

    private void expectQuote() {
      if (peek() != '"') {
        throw bad("a name");
      }
    }

    private void expect(char wanted) {
      if (!skip(wanted)) {
        throw bad("'" + wanted + "'");
      }
    }

    private boolean skip(char wanted) {
      if (peek() != wanted) {
        return false;
      }
      at++;
      return true;
    }

    /** The next character that is not white space; NUL at the end. */
    private char peek() {
      while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
        at++;
      }
      return at < text.length() ? text.charAt(at) : '\0';
    }

    private IllegalArgumentException bad(String expected) {
      return new IllegalArgumentException("JSON: expected " + expected + " at offset " + at);
    }
  }
}
