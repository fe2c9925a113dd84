/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.kernel.onnxruntime;

import ai.onnxruntime.OrtEnvironment;
import org.lepcnn.core.kernel.KernelProvider;

/** The kernels of processors whose 8-bit products saturate, exact on every processor. */
public final class SevenBits {
  private SevenBits() {}

  /** A provider that was not tested. */
  public static KernelProvider kernels() {
    return new OnnxRuntimeKernels(OrtEnvironment.getEnvironment(), LimbWidth.SEVEN_BITS);
  }
}
