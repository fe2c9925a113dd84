/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.bench.pipeline;

import java.util.Map;
import org.lepcnn.bench.measure.BenchModel;
import org.lepcnn.bench.measure.PlainModel;
import org.lepcnn.bench.measure.PlainThroughput;
import org.lepcnn.core.kernel.choice.Kernels;
import org.lepcnn.device.stage.HostTensor;

/**
 * What the pipeline is compared with in this process.
 *
 * @param plain the float network, one thread
 * @param throughput the float network on all cores
 * @param kernels the masked layers alone, by the kernel that the edge chooses too; null without
 */
record LocalBaselines(PlainModel plain, PlainThroughput throughput, RoundKernels kernels)
    implements AutoCloseable {
  /**
   * Loads the network.
   *
   * @param withKernels whether the masked layers are measured too
   */
  static LocalBaselines open(BenchModel model, int cores, boolean withKernels) {
    Map<String, HostTensor> input = model.rowInput();
    return new LocalBaselines(
        PlainModel.open(model.onnx(), 1, input),
        new PlainThroughput(model, cores, input),
        withKernels ? RoundKernels.open(model.bundle().edge(), Kernels.choose(null)) : null);
  }

  @Override
  public void close() {
    if (kernels != null) {
      kernels.close();
    }
    throughput.close();
    plain.close();
  }
}
