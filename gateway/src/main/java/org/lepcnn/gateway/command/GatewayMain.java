/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.gateway.command;

import org.lepcnn.command.Voice;
import picocli.CommandLine;

/**
 * The gateway as a program of its own: the command {@code lepcnn gateway}, on a class path with
 * neither Flink nor the importer.
 */
public final class GatewayMain {
  private GatewayMain() {}

  public static void main(String[] args) {
    System.exit(commandLine().execute(args));
  }

  /** The command, with help and version, which the others have from {@code lepcnn}. */
  static CommandLine commandLine() {
    CommandLine line = Voice.of(new GatewayCommand());
    line.getCommandSpec()
        .name("lepcnn gateway")
        .mixinStandardHelpOptions(true)
        .versionProvider(new Voice.Version());
    return line;
  }
}
