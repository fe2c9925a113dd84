/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.precompute;

import java.nio.file.Path;

/** A run with a slow kernel in a process of its own, to be killed. Arguments: folder, passes. */
final class KilledPrecomputeMain {
  private KilledPrecomputeMain() {}

  public static void main(String[] arguments) {
    Path folder = Path.of(arguments[0]);
    PrecomputeOptions options =
        PrecomputeOptions.builder()
            .ownerFile(folder.resolve("owner.lep"))
            .bundle(folder.resolve("bundle"))
            .device(Workshop.DEVICE)
            .passes(Long.parseLong(arguments[1]))
            .output(folder.resolve("tables"))
            .parallelism(2)
            .build();
    Precompute.run(options, TestKernels.slow(20), ProgressLine.onStandardError());
  }
}
