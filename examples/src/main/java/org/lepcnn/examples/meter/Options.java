/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.examples.meter;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** The options of a subcommand, each a name with two dashes and a value. */
final class Options {
  private final Map<String, String> valuesByName = new TreeMap<>();

  /**
   * Reads options.
   *
   * @param arguments names and values in turn
   * @param known the names that the subcommand has; any other is refused
   */
  Options(List<String> arguments, Set<String> known) throws UsageException {
    for (int i = 0; i < arguments.size(); i += 2) {
      String name = arguments.get(i);
      if (!known.contains(name)) {
        throw new UsageException(
            "unknown option " + name + "; expected one of " + new TreeSet<>(known));
      }
      if (i + 1 == arguments.size()) {
        throw new UsageException("option " + name + " has no value");
      }
      if (valuesByName.put(name, arguments.get(i + 1)) != null) {
        throw new UsageException("option " + name + " is given twice");
      }
    }
  }

  /** A whole number that must be given. */
  long number(String name) throws UsageException {
    String value = required(name);
    try {
      return Long.parseLong(value);
    } catch (NumberFormatException e) {
      throw new UsageException("option " + name + ": expected a whole number, found " + value);
    }
  }

  /** A number of things, 1 to ten million, that must be given. */
  int count(String name) throws UsageException {
    long value = number(name);
    if (value < 1 || value > 10_000_000) {
      throw new UsageException("option " + name + ": expected 1 to 10000000, found " + value);
    }
    return (int) value;
  }

  /** A number of things that has a default. */
  int count(String name, int otherwise) throws UsageException {
    return valuesByName.containsKey(name) ? count(name) : otherwise;
  }

  /** A file or folder that must be given. */
  Path path(String name) throws UsageException {
    String value = required(name);
    try {
      return Path.of(value);
    } catch (InvalidPathException e) {
      throw new UsageException("option " + name + ": expected a path, found " + value);
    }
  }

  private String required(String name) throws UsageException {
    String value = valuesByName.get(name);
    if (value == null) {
      throw new UsageException("option " + name + " is missing");
    }
    return value;
  }
}
