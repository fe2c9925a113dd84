/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.precompute;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.flink.util.FileUtils;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.core.field.Field31;
import org.lepcnn.core.field.ResidueField;
import org.lepcnn.core.kernel.FunctionKernel;
import org.lepcnn.core.kernel.KernelProvider;
import org.lepcnn.core.kernel.LinearKernel;
import org.lepcnn.core.kernel.ScalarKernels;
import org.lepcnn.core.linear.ConvGeometry;
import org.lepcnn.core.linear.DirectConvolution;
import org.lepcnn.precompute.job.KernelChoice;

/**
 * Kernels that go wrong on purpose. A choice travels in the job graph, so what they share with a
 * test is static; {@link #reset} comes first.
 */
public final class TestKernels {
  static final AtomicInteger OPENED = new AtomicInteger();
  static final AtomicInteger CALLS = new AtomicInteger();
  static volatile CountDownLatch reached = new CountDownLatch(1);

  private TestKernels() {}

  static void reset() {
    OPENED.set(0);
    CALLS.set(0);
    reached = new CountDownLatch(1);
  }

  /** The right results for that many calls, and then an error that no repetition helps. */
  static KernelChoice failingAfter(int calls) {
    return () ->
        provider(
            (kernel, count, inputs, outputs) -> {
              if (CALLS.incrementAndGet() > calls) {
                throw new BadInputException("The test pulls the plug.");
              }
              kernel.apply(count, inputs, outputs);
            });
  }

  /** An environment that works at the attempt after that many. */
  static KernelChoice unavailable(int attempts) {
    return () -> {
      if (OPENED.incrementAndGet() <= attempts) {
        throw new EnvironmentException("The test takes the library away.");
      }
      return new ScalarKernels();
    };
  }

  /** Every call takes that long; {@link #reached} opens when the third begins. */
  static KernelChoice slow(int millis) {
    return () ->
        provider(
            (kernel, count, inputs, outputs) -> {
              if (CALLS.incrementAndGet() == 3) {
                reached.countDown();
              }
              pause(millis);
              kernel.apply(count, inputs, outputs);
            });
  }

  /** Puts a file in the place of a folder before the first table is made. */
  static KernelChoice replacingByAFile(Path folder) {
    File target = folder.toFile();
    return () -> {
      try {
        if (target.isDirectory()) {
          FileUtils.deleteDirectory(target);
          Files.createFile(target.toPath());
        }
      } catch (IOException e) {
        throw new UncheckedIOException("Preparing the test", e);
      }
      return new ScalarKernels();
    };
  }

  /** Limbs summed in 16-bit accumulators that saturate, as hardware without VNNI does. */
  public static KernelChoice saturating() {
    return Saturating::new;
  }

  private interface Step {
    void apply(LinearKernel kernel, int count, int[][] inputs, int[][] outputs);
  }

  private static KernelProvider provider(Step step) {
    return new KernelProvider() {
      @Override
      public String name() {
        return "test";
      }

      @Override
      public LinearKernel prepare(ResidueField field, ConvGeometry geometry, byte[] weights) {
        LinearKernel scalar = new ScalarKernels().prepare(field, geometry, weights);
        return new FunctionKernel(
            geometry,
            (count, inputs, outputs) -> step.apply(scalar, count, inputs, outputs),
            scalar::close);
      }
    };
  }

  private static void pause(int millis) {
    try {
      TimeUnit.MILLISECONDS.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static final class Saturating implements KernelProvider {
    @Override
    public String name() {
      return "saturating";
    }

    @Override
    public LinearKernel prepare(ResidueField field, ConvGeometry geometry, byte[] weights) {
      byte[] copy = weights.clone();
      return new FunctionKernel(
          geometry,
          (count, inputs, outputs) -> {
            for (int i = 0; i < count; i++) {
              apply(geometry, copy, inputs[i], outputs[i]);
            }
          },
          () -> {});
    }

    private static void apply(ConvGeometry g, byte[] weights, int[] input, int[] output) {
      int[] limb = new int[g.inputSize()];
      long[] sums = new long[g.outputSize()];
      java.util.Arrays.fill(output, 0, sums.length, 0);
      for (int shift = 0; shift < Integer.SIZE; shift += Byte.SIZE) {
        for (int i = 0; i < limb.length; i++) {
          limb[i] = (input[i] >>> shift) & 0xff;
        }
        DirectConvolution.apply(g, weights, limb, sums);
        for (int i = 0; i < sums.length; i++) {
          long saturated = Math.max(Short.MIN_VALUE, Math.min(Short.MAX_VALUE, sums[i]));
          output[i] = Field31.add(output[i], Field31.reduceSigned(saturated << shift));
        }
      }
    }
  }
}
