/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli;

import org.lepcnn.core.error.BadInputException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Unmatched;

/**
 * {@code lepcnn edge …} is started by the launcher on a class path of its own, without any code
 * that handles secrets. Reaching this class means that the launcher was not used.
 */
@Command(name = "edge", description = "Run the edge job, or submit it to a Flink cluster.")
final class EdgeHint implements Runnable {
  @Unmatched private String[] rest;

  @Override
  public void run() {
    throw BadInputException.about("Running an edge command")
        .expected("the launcher, which keeps the device's code away from the edge")
        .found(
            "a direct call" + (rest == null ? "" : " with " + rest.length + " arguments"),
            "Use ./lepcnn edge …");
  }
}
