/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.reference;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.lepcnn.core.field.Field;
import org.lepcnn.core.kernel.KernelProvider;
import org.lepcnn.core.kernel.LinearKernel;
import org.lepcnn.core.model.DeviceHalf;
import org.lepcnn.core.model.LinearLayerSpec;
import org.lepcnn.core.model.ModelBundle;
import org.lepcnn.core.quant.ActivationQuantizer;
import org.lepcnn.device.arithmetic.ChannelScales;
import org.lepcnn.device.arithmetic.LayerArithmetic;
import org.lepcnn.device.stage.DeviceModel;
import org.lepcnn.device.stage.HostTensor;

/**
 * The integer network of a bundle on kernels: the same results as {@link PlainIntegerNetwork},
 * since no sum wraps around and kernels are exact, in a fraction of the time. No mask, no table, no
 * check: for choosing a precision on the owner's machine.
 */
public final class KernelNetwork implements AutoCloseable {
  private final ModelBundle bundle;
  private final DeviceModel model;
  private final PlainIntegerNetwork network;
  private final List<LinearKernel> kernels = new ArrayList<>();

  /** Loads the stages and packs all weights. */
  public KernelNetwork(ModelBundle bundle, KernelProvider provider) {
    this.bundle = bundle;
    this.model = DeviceModel.load(bundle.device());
    this.network = new PlainIntegerNetwork(model, this::multiply);
    try {
      for (LinearLayerSpec layer : bundle.plan().layers()) {
        kernels.add(provider.prepare(layer.geometry(), bundle.edge().weights().get(layer.index())));
      }
    } catch (RuntimeException | Error e) {
      close();
      throw e;
    }
  }

  /** Runs the network; output name to value, in the model's order. */
  public Map<String, HostTensor> run(Map<String, HostTensor> inputs, LayerObserver observer) {
    return network.run(inputs, (pass, layer, centred) -> {}, observer);
  }

  /**
   * Runs one layer alone: quantizes, multiplies, dequantizes.
   *
   * @param layer its index in the plan
   * @param input the elements of its tensor
   * @return the elements of its output, bias included
   */
  public float[] runLayer(int layer, float[] input) {
    LinearLayerSpec spec = bundle.plan().layer(layer);
    DeviceHalf.LayerBinding binding = bundle.device().layers().get(layer);
    int bits = bundle.device().tensors().get(spec.tensorId()).bits();
    float scale = ActivationQuantizer.scale(input, input.length, bits);
    int[] q = new int[input.length];
    LayerArithmetic.quantize(input, scale, bits, q);
    float[] out = new float[spec.geometry().outputSize()];
    ChannelScales scales = new ChannelScales(scale, binding.weightScales(), binding.bias());
    LayerArithmetic.dequantize(spec.geometry(), multiply(spec, q), scales, out);
    return out;
  }

  @Override
  public void close() {
    kernels.forEach(LinearKernel::close);
    kernels.clear();
    model.close();
  }

  private int[] multiply(LinearLayerSpec layer, int[] q) {
    int[] residues = new int[q.length];
    for (int i = 0; i < q.length; i++) {
      residues[i] = Field.canonical(q[i]);
    }
    int[] y = new int[layer.geometry().outputSize()];
    kernels.get(layer.index()).apply(residues, y);
    for (int i = 0; i < y.length; i++) {
      y[i] = Field.centred(y[i]);
    }
    return y;
  }
}
