/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.kernel.choice;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.core.kernel.KernelProvider;
import org.lepcnn.core.kernel.KernelSelfTest;
import org.lepcnn.core.kernel.ScalarKernels;
import org.lepcnn.core.kernel.onednn.OneDnnKernels;
import org.lepcnn.core.kernel.onnxruntime.OnnxRuntimeKernels;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Chooses the kernel implementation. A provider is used only after {@link KernelSelfTest} has
 * passed on this machine; the choice and its reason are logged.
 */
public final class Kernels {
  private static final Logger LOG = LoggerFactory.getLogger(Kernels.class);

  /** Names that {@link #choose} accepts, as help texts show them. */
  public static final String CHOICE = "onednn|onnxruntime|scalar";

  /** Names that {@link #choose} accepts. */
  public static final List<String> NAMES = List.of(CHOICE.split("\\|"));

  private Kernels() {}

  /**
   * A self-tested provider.
   *
   * @param name one of {@link #NAMES}, or null for the fastest that works here
   * @throws BadInputException for an unknown name
   * @throws org.lepcnn.core.error.EnvironmentException when the named one gives wrong results here
   */
  public static KernelProvider choose(@Nullable String name) {
    if (name == null) {
      return fastest();
    }
    KernelProvider provider =
        switch (name) {
          case "onednn" -> OneDnnKernels.create();
          case "onnxruntime" -> OnnxRuntimeKernels.create();
          case "scalar" -> scalar();
          default -> throw unknown(name);
        };
    LOG.info("kernel {}: as configured", name);
    return provider;
  }

  private static KernelProvider scalar() {
    KernelProvider provider = new ScalarKernels();
    KernelSelfTest.require(provider);
    return provider;
  }

  private static BadInputException unknown(String name) {
    return BadInputException.about("Choosing a kernel")
        .expected("one of " + NAMES)
        .found("'" + name + "'");
  }

  private static KernelProvider fastest() {
    try {
      KernelProvider provider = OneDnnKernels.create();
      LOG.info("kernel onednn: the fastest that passed its self-test");
      return provider;
    } catch (EnvironmentException e) {
      KernelProvider provider = OnnxRuntimeKernels.create();
      LOG.info("kernel onnxruntime: passed its self-test; onednn steps aside: {}", e.getMessage());
      return provider;
    }
  }
}
