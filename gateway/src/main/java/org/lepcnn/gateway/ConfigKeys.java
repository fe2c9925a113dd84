/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.gateway;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.text.Printable;

/**
 * The keys of a configuration that nobody has taken yet; relative paths are relative to a folder.
 */
final class ConfigKeys {
  private final Map<String, String> values;
  private final Path base;

  ConfigKeys(Map<String, String> values, Path base) {
    this.values = new TreeMap<>(values);
    this.base = base;
  }

  /** Takes a value, null when there is none. */
  String text(String key) {
    return values.remove(key);
  }

  /** Takes a value that must be there. */
  String required(String key) {
    String value = values.remove(key);
    if (value == null || value.isEmpty()) {
      throw bad("a value for " + key, "none");
    }
    return value;
  }

  /** Takes a path, null when there is none. */
  Path path(String key) {
    String text = values.remove(key);
    try {
      return text == null ? null : base.resolve(text);
    } catch (InvalidPathException e) {
      throw bad("a path for " + key, Printable.reason(e));
    }
  }

  /** Takes a truth value, false when there is none. */
  boolean flag(String key) {
    String text = values.remove(key);
    if (text == null || text.equals("false") || text.equals("true")) {
      return "true".equals(text);
    }
    throw bad(key + " true or false", "'" + text + "'");
  }

  /** Takes a whole number from 1 on. */
  int number(String key, int otherwise, int most) {
    return number(key, otherwise, 1, most);
  }

  /** Takes a whole number. */
  int number(String key, int otherwise, int least, int most) {
    String text = values.remove(key);
    if (text == null) {
      return otherwise;
    }
    try {
      int number = Integer.parseInt(text);
      if (number >= least && number <= most) {
        return number;
      }
    } catch (NumberFormatException e) {
      // said below
    }
    throw bad(key + " from " + least + " to " + most, "'" + text + "'");
  }

  /** Whether nobody has taken this key. */
  boolean has(String key) {
    return values.containsKey(key);
  }

  /** The keys that nobody has taken. */
  Set<String> left() {
    return values.keySet();
  }

  /** Refuses the keys that nobody has taken. */
  void end() {
    if (!values.isEmpty()) {
      throw bad("known keys only", values.keySet().toString());
    }
  }

  static BadInputException bad(String expected, String found) {
    return BadInputException.about("Gateway configuration").expected(expected).found(found);
  }
}
