/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx.fuzz;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.lepcnn.core.fuzz.FuzzRun;

/** The child's side of {@link FuzzCampaign}: what a main class does with its arguments. */
public final class FuzzChild {
  static final String PROGRESS = "progress";
  static final String FINDINGS = "findings.txt";

  private FuzzChild() {}

  /**
   * Makes the attempts that the parent orders; a taken one returns {@code taken}, any other word is
   * a finding.
   *
   * @param arguments folder, seed, first number, number behind the last
   */
  public static void run(String[] arguments, String taken, FuzzRun.Attempt attempt)
      throws IOException {
    Path folder = Path.of(arguments[0]);
    FuzzRun run = new FuzzRun(Long.parseLong(arguments[1]), attempt);
    FuzzProgress progress = new FuzzProgress(folder.resolve(PROGRESS));
    long to = Long.parseLong(arguments[3]);
    for (long number = Long.parseLong(arguments[2]); number < to; number++) {
      progress.setNumber(number);
      String outcome = run.one(number);
      boolean refused = outcome.equals(FuzzRun.REFUSED);
      if (refused || outcome.equals(taken)) {
        progress.count(refused);
      } else {
        Files.writeString(
            folder.resolve(FINDINGS),
            "attempt " + number + ": " + outcome + "\n" + run.surprises() + "\n",
            StandardCharsets.UTF_8,
            StandardOpenOption.CREATE,
            StandardOpenOption.APPEND);
      }
    }
    progress.setNumber(to);
  }
}
