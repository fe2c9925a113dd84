/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.kernel;

import java.util.List;
import org.lepcnn.core.error.BadInputException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Chooses the kernel implementation. A provider is used only after {@link KernelSelfTest} has
 * passed on this machine; the choice and its reason are logged.
 */
public final class Kernels {
  private static final Logger LOG = LoggerFactory.getLogger(Kernels.class);

  /** Names that {@link #choose} accepts. */
  public static final List<String> NAMES = List.of("onnxruntime", "scalar");

  private Kernels() {}

  /**
   * A self-tested provider.
   *
   * @param name one of {@link #NAMES}, or null for the fastest that works here
   * @throws BadInputException for an unknown name
   * @throws org.lepcnn.core.error.EnvironmentException when the named one gives wrong results here
   */
  public static KernelProvider choose(String name) {
    if (name == null || name.equals("onnxruntime")) {
      KernelProvider provider = OnnxRuntimeKernels.create();
      LOG.info(
          "kernel {}: {}",
          provider.name(),
          name == null ? "the fastest that passed its self-test" : "as configured");
      return provider;
    }
    if (name.equals("scalar")) {
      KernelProvider provider = new ScalarKernels();
      KernelSelfTest.require(provider);
      LOG.info("kernel scalar: as configured");
      return provider;
    }
    throw new BadInputException(
        "Choosing a kernel: expected one of " + NAMES + "; found '" + name + "'.");
  }
}
