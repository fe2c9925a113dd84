/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.kernel;

import org.lepcnn.core.kernel.KernelProvider;
import org.lepcnn.core.kernel.Kernels;

/** Chooses the kernels of this process. */
final class KernelChoice {
  private KernelChoice() {}

  /** A self-tested provider; an empty name means the best one of this machine. */
  static KernelProvider byName(String name) {
    return Kernels.choose(name.isEmpty() ? null : name);
  }
}
