/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli;

import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;

/** {@code lepcnn completion}. */
@Command(
    name = "completion",
    description = {
      "Print a script that lets bash, and zsh with bashcompinit, complete commands and options.",
      "For this shell: source <(lepcnn completion)"
    })
final class CompletionCommand implements Callable<Integer> {
  @CommandLine.Spec private CommandSpec spec;

  @Override
  public Integer call() {
    spec.commandLine().getOut().print(AutoComplete.bash("lepcnn", Main.commandLine()));
    spec.commandLine().getOut().flush();
    return 0;
  }
}
