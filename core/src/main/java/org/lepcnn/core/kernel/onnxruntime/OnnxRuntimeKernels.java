/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.kernel.onnxruntime;

import ai.onnxruntime.OrtEnvironment;
import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.core.field.ResidueField;
import org.lepcnn.core.kernel.KernelProvider;
import org.lepcnn.core.kernel.KernelSelfTest;
import org.lepcnn.core.kernel.LinearKernel;
import org.lepcnn.core.kernel.ScalarKernels;
import org.lepcnn.core.kernel.StrideFolding;
import org.lepcnn.core.kernel.limb.LimbLoops;
import org.lepcnn.core.linear.ConvGeometry;
import org.lepcnn.core.onnxruntime.QuietOnnxRuntime;
import org.lepcnn.core.quant.WeightQuantizer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Kernels on ONNX Runtime: {@code MatMulInteger} with constant 8-bit weights, by rows of limbs or,
 * where a product is shallow and has many positions, by planes of limbs.
 *
 * <p>{@link #create} tries limbs of eight bits and, where the processor saturates, limbs of seven.
 * Layers of more than {@value #MAX_GROUPS} groups (depthwise, mostly) are small products that gain
 * nothing from a matrix library and run on the scalar path, as do those whose sums could exceed 32
 * bits.
 */
public final class OnnxRuntimeKernels implements KernelProvider {
  static final int MAX_GROUPS = 16;

  private static final Logger LOG = LoggerFactory.getLogger(OnnxRuntimeKernels.class);

  private final OrtEnvironment environment;
  private final int limbBits;
  private final ScalarKernels scalar = new ScalarKernels();

  /**
   * A provider that was not tested.
   *
   * @param limbBits {@link LimbWidth#EIGHT_BITS} or {@link LimbWidth#SEVEN_BITS}
   */
  OnnxRuntimeKernels(OrtEnvironment environment, int limbBits) {
    this.environment = environment;
    this.limbBits = limbBits;
  }

  /**
   * A provider that has passed {@link KernelSelfTest} on this machine.
   *
   * @throws EnvironmentException when neither form of limbs gives right results or the native
   *     library cannot be loaded
   */
  public static OnnxRuntimeKernels create() {
    OrtEnvironment environment = QuietOnnxRuntime.environment();
    OnnxRuntimeKernels eight = new OnnxRuntimeKernels(environment, LimbWidth.EIGHT_BITS);
    if (KernelSelfTest.passes(eight)) {
      LOG.info("ONNX Runtime kernels: limbs of 8 bits, exact on this processor");
      return eight;
    }
    OnnxRuntimeKernels seven = new OnnxRuntimeKernels(environment, LimbWidth.SEVEN_BITS);
    KernelSelfTest.require(seven);
    LOG.info(
        "ONNX Runtime kernels: limbs of 7 bits, because products of 8 bits saturate on this"
            + " processor");
    return seven;
  }

  @Override
  public String name() {
    return "onnxruntime";
  }

  @Override
  public LinearKernel prepare(ResidueField field, ConvGeometry geometry, byte[] weights) {
    long bound =
        LimbLoops.MAX_UNSIGNED * WeightQuantizer.maxAbsSum(weights, geometry.outChannels());
    if (geometry.groups() > MAX_GROUPS || bound > Integer.MAX_VALUE) {
      LOG.warn(
          "ONNX Runtime kernels: {} runs on the scalar kernel, which is slow: {}",
          geometry,
          geometry.groups() > MAX_GROUPS
              ? "it has more than " + MAX_GROUPS + " groups"
              : "its sums may exceed 32 bits");
      return scalar.prepare(field, geometry, weights);
    }
    LimbWidth limbs = LimbWidth.of(field, limbBits);
    if (limbBits != Byte.SIZE) {
      return new OnnxRuntimeKernel(environment, limbs, geometry, weights);
    }
    if (StrideFolding.takes(geometry)) {
      return new StrideFolding(geometry, weights, (it, its) -> unstrided(limbs, it, its, true));
    }
    return unstrided(limbs, geometry, weights, false);
  }

  /** By planes of limbs where that is faster, and by rows elsewhere. */
  private LinearKernel unstrided(
      LimbWidth limbs, ConvGeometry geometry, byte[] weights, boolean folded) {
    LinearKernel planes =
        OnnxRuntimePlanes.createIfSuitable(environment, limbs.field(), geometry, weights, folded);
    return planes == null ? new OnnxRuntimeKernel(environment, limbs, geometry, weights) : planes;
  }
}
