/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.kernel.onednn;

import org.bytedeco.dnnl.dnnl_engine;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.javacpp.Loader;

/**
 * The library: loaded once, one engine for the process.
 *
 * <p>Class loading fails with an {@link UnsatisfiedLinkError} or {@link NoClassDefFoundError} where
 * the library is not there; {@link OneDnnKernels#create} turns that into a typed error.
 */
final class OneDnn {
  /** JavaCPP's own limits are the Java heap's and count the whole process: not meant for us. */
  private static final String[] UNLIMITED = {
    "org.bytedeco.javacpp.maxbytes", "org.bytedeco.javacpp.maxphysicalbytes"
  };

  /** Set in every ISA with u8·s8 dot products, see {@link #hasExactInt8}. */
  private static final int[] EXACT_ISAS = {
    dnnl.dnnl_cpu_isa_avx2_vnni,
    dnnl.dnnl_cpu_isa_avx2_vnni_2,
    dnnl.dnnl_cpu_isa_avx512_core_vnni,
    dnnl.dnnl_cpu_isa_avx512_core_bf16,
    dnnl.dnnl_cpu_isa_avx10_1_512,
    dnnl.dnnl_cpu_isa_avx10_1_512_amx,
    dnnl.dnnl_cpu_isa_avx10_1_512_amx_fp16,
    dnnl.dnnl_cpu_isa_avx10_2_512,
    dnnl.dnnl_cpu_isa_avx10_2_512_amx_2
  };

  private static final dnnl_engine ENGINE = createEngine();

  private OneDnn() {}

  static dnnl_engine engine() {
    return ENGINE;
  }

  /** The instruction set that the library uses, after {@code ONEDNN_MAX_CPU_ISA}. */
  static int effectiveIsa() {
    return dnnl.dnnl_get_effective_cpu_isa();
  }

  /**
   * Whether {@link #effectiveIsa} tells anything here: oneDNN names the sets of x86 alone.
   * Elsewhere the self-test decides.
   */
  static boolean namesInstructionSets() {
    String processor = System.getProperty("os.arch");
    return processor.equals("amd64") || processor.equals("x86_64");
  }

  /**
   * Whether an instruction set sums products of u8 and s8 in 32 bits (VNNI, AMX). All others sum
   * pairs in 16 bits with saturation.
   */
  static boolean hasExactInt8(int isa) {
    for (int exact : EXACT_ISAS) {
      if (isa == exact) {
        return true;
      }
    }
    return false;
  }

  /** Fails when a call of the library did. */
  static void check(int status, String call) {
    if (status != dnnl.dnnl_success) {
      throw new IllegalStateException("oneDNN: " + call + " failed with status " + status + ".");
    }
  }

  private static dnnl_engine createEngine() {
    for (String property : UNLIMITED) {
      if (System.getProperty(property) == null) {
        System.setProperty(property, "0");
      }
    }
    Loader.load(dnnl.class);
    dnnl_engine engine = new dnnl_engine();
    check(dnnl.dnnl_engine_create(engine, dnnl.dnnl_cpu, 0), "engine_create");
    return engine;
  }
}
