/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.examples.meter;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Runs commands of {@link MeterDigits} and returns what they print. */
final class TestCommands {
  private TestCommands() {}

  static String run(List<String> command, String lastArgument) throws Exception {
    List<String> arguments = new ArrayList<>(command);
    arguments.add(lastArgument);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8)) {
      new MeterDigits(out).run(arguments);
    }
    return bytes.toString(StandardCharsets.UTF_8);
  }
}
