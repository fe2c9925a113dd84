/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.precompute.job;

import java.io.Serializable;
import org.lepcnn.core.kernel.KernelProvider;
import org.lepcnn.core.kernel.choice.Kernels;

/** How a TaskManager gets its kernels. Travels in the job graph, so it must not hold a provider. */
@FunctionalInterface
public interface KernelChoice extends Serializable {
  /** A provider for this process. */
  KernelProvider choose();

  /**
   * By name.
   *
   * @param name one of {@link Kernels#NAMES}, or null for the fastest
   */
  static KernelChoice named(String name) {
    return () -> Kernels.choose(name);
  }
}
