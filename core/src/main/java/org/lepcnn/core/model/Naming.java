/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.model;

import java.util.List;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.io.BodyReader;
import org.lepcnn.core.io.BodyWriter;

/**
 * How the scores of a classifier are told to people.
 *
 * @param output the output that has the scores
 * @param names of the classes, in the order of the scores; empty where nobody named them
 * @param softmax whether scores become probabilities by a softmax; else they are told as they are
 * @param top how many classes are told, the best ones
 */
public record Naming(String output, List<String> names, boolean softmax, int top) {
  /** The most classes that are told. */
  public static final int MOST_TOP = 1000;

  private static final int MOST_NAMES = 1 << 20;

  public Naming {
    names = List.copyOf(names);
    if (top < 1 || top > MOST_TOP) {
      throw BadInputException.about("Names of classes")
          .expected("1 to " + MOST_TOP + " that are told")
          .found(top);
    }
    if (names.size() > MOST_NAMES) {
      throw BadInputException.about("Names of classes")
          .expected("at most " + MOST_NAMES)
          .found(names.size());
    }
  }

  void write(BodyWriter body) {
    body.string(output).int32(names.size());
    names.forEach(body::string);
    body.int32(softmax ? 1 : 0).int32(top);
  }

  static Naming read(BodyReader in) {
    return new Naming(in.string(), in.list(in::string), DeviceHalf.readBoolean(in), in.int32());
  }
}
