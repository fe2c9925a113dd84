/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.command;

import org.lepcnn.core.kernel.choice.Kernels;
import picocli.CommandLine.Option;

/** The kernel of a command that computes layers on this machine. */
public final class KernelOption {
  @Option(
      names = "--kernel",
      paramLabel = Kernels.CHOICE,
      description =
          "The kernel that computes layers. Default: the fastest that passes its self-test.")
  private String name;

  /** The name that was given; null where the choice is lepcnn's. */
  public String name() {
    return name;
  }
}
