/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.command;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.lepcnn.core.text.Printable;
import org.lepcnn.json.Result;
import picocli.CommandLine.Option;

/** Where results go: text for people, or with {@code --json} one object. */
public final class Output {
  private final PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
  private final PrintStream progress = new PrintStream(System.err, true, StandardCharsets.UTF_8);

  @Option(names = "--json", description = "Print one JSON object on standard output.")
  private boolean json;

  public boolean isJson() {
    return json;
  }

  /** Prints the result in the form that was asked for. */
  public void result(Result result) {
    out.println(json ? result.json() : Printable.lines(result.text()));
  }

  /** A line of a result for people that comes piece by piece; nothing with {@code --json}. */
  public void line(String text) {
    if (!json) {
      out.println(Printable.line(text, Printable.MAX_MESSAGE));
    }
  }

  /** A line of progress on standard error. */
  public void progress(String line) {
    progress.println(Printable.line(line, Printable.MAX_MESSAGE));
  }
}
