/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.kernel.onednn;

import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.core.field.ResidueField;
import org.lepcnn.core.kernel.KernelProvider;
import org.lepcnn.core.kernel.KernelSelfTest;
import org.lepcnn.core.kernel.LinearKernel;
import org.lepcnn.core.kernel.ScalarKernels;
import org.lepcnn.core.kernel.StrideFolding;
import org.lepcnn.core.kernel.limb.LimbLoops;
import org.lepcnn.core.kernel.onnxruntime.OnnxRuntimeKernels;
import org.lepcnn.core.linear.ConvGeometry;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Kernels on oneDNN: u8 · s8 → s32 convolutions and products, the 8-bit limbs as batch.
 *
 * <p>Only on processors whose u8·s8 instructions do not saturate (VNNI, AMX), as oneDNN itself
 * reports them; elsewhere {@link #create} refuses.
 *
 * <p>oneDNN computes with OpenMP, which counts threads per calling thread and reads its settings
 * once, when the library is loaded: a process that calls kernels from several threads is started
 * with the environment variable {@code OMP_NUM_THREADS=1}.
 */
public final class OneDnnKernels implements KernelProvider {
  private static final Logger LOG = LoggerFactory.getLogger(OneDnnKernels.class);
  private static final String THREADS = "OMP_NUM_THREADS";

  private final ScalarKernels scalar = new ScalarKernels();

  private OneDnnKernels() {}

  /**
   * A provider that has passed {@link KernelSelfTest} on this machine.
   *
   * @throws EnvironmentException when the library is not there, when the processor (or {@code
   *     ONEDNN_MAX_CPU_ISA}) gives no exact int8 products, or when a self-test fails; the message
   *     says which
   */
  public static OneDnnKernels create() {
    int isa;
    try {
      isa = OneDnn.effectiveIsa();
      OneDnn.engine();
    } catch (LinkageError | IllegalStateException e) {
      throw EnvironmentException.about("Loading oneDNN")
          .expected("its library for this platform in the class path")
          .found(e, "Use the kernel 'onnxruntime'.");
    }
    if (OneDnn.namesInstructionSets() && !OneDnn.hasExactInt8(isa)) {
      throw EnvironmentException.about("oneDNN kernels")
          .expected("an instruction set with VNNI or AMX")
          .found(
              "0x" + Integer.toHexString(isa) + ", whose 8-bit products saturate",
              "Use the kernel 'onnxruntime'.");
    }
    OneDnnKernels provider = new OneDnnKernels();
    KernelSelfTest.require(provider);
    LOG.info("oneDNN kernels: instruction set 0x{}, exact", Integer.toHexString(isa));
    if (!"1".equals(System.getenv(THREADS))) {
      LOG.warn(
          "oneDNN kernels: start the process with {}=1; without it every calling thread gets as"
              + " many threads as there are processors",
          THREADS);
    }
    return provider;
  }

  @Override
  public String name() {
    return "onednn";
  }

  @Override
  public LinearKernel prepare(ResidueField field, ConvGeometry geometry, byte[] weights) {
    long bound = LimbLoops.MAX_UNSIGNED * largestPartialSum(geometry, weights);
    if (bound > Integer.MAX_VALUE) {
      LOG.warn(
          "oneDNN kernels: {} runs on the scalar kernel, which is slow: {}",
          geometry,
          "its sums may exceed 32 bits");
      return scalar.prepare(field, geometry, weights);
    }
    LinearKernel kernel = create(field, geometry, weights, bound);
    if (LayerProbe.isExact(field, kernel, weights)) {
      return kernel;
    }
    kernel.close();
    LOG.warn("oneDNN kernels: wrong sums for {}; it runs on ONNX Runtime instead", geometry);
    return OnnxRuntimeKernels.create().prepare(field, geometry, weights);
  }

  private static LinearKernel create(
      ResidueField field, ConvGeometry geometry, byte[] weights, long bound) {
    if (OneDnnProduct.takes(geometry)) {
      return new OneDnnProduct(field, geometry, weights, bound);
    }
    if (StrideFolding.takes(geometry)) {
      return new StrideFolding(
          geometry, weights, (folded, its) -> createConvolution(field, folded, its, bound));
    }
    return createConvolution(field, geometry, weights, bound);
  }

  /** A convolution as a planar product where that is to be had, and as itself elsewhere. */
  private static LinearKernel createConvolution(
      ResidueField field, ConvGeometry geometry, byte[] weights, long bound) {
    LinearKernel planar = null;
    if (OneDnnPointwise.takes(geometry)) {
      planar = OneDnnPointwise.createIfSupported(field, geometry, weights);
    } else if (OneDnnColumns.takes(geometry)) {
      planar = OneDnnColumns.createIfSupported(field, geometry, weights);
    }
    return planar == null ? new OneDnnConvolution(field, geometry, weights, bound) : planar;
  }

  /** Over all output channels, the larger of the sum of positive and of negative weights. */
  private static long largestPartialSum(ConvGeometry geometry, byte[] weights) {
    long largest = 0;
    int row = geometry.fanIn();
    for (int oc = 0; oc < geometry.outChannels(); oc++) {
      long positive = 0;
      long negative = 0;
      for (int i = oc * row; i < (oc + 1) * row; i++) {
        positive += Math.max(weights[i], 0);
        negative -= Math.min(weights[i], 0);
      }
      largest = Math.max(largest, Math.max(positive, negative));
    }
    return largest;
  }
}
