/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.reference;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.lepcnn.core.kernel.KernelProvider;
import org.lepcnn.core.kernel.LinearKernel;
import org.lepcnn.core.model.DeviceHalf;
import org.lepcnn.core.model.EdgeHalf;
import org.lepcnn.core.model.LinearLayerSpec;
import org.lepcnn.core.model.ModelBundle;
import org.lepcnn.core.quant.ActivationRange;
import org.lepcnn.device.arithmetic.ChannelScales;
import org.lepcnn.device.arithmetic.LayerArithmetic;
import org.lepcnn.device.arithmetic.Lift;
import org.lepcnn.device.stage.DeviceModel;
import org.lepcnn.device.stage.HostTensor;

/**
 * The integer network of a bundle on kernels: the same results as {@link PlainIntegerNetwork},
 * since no sum wraps around and kernels are exact, in a fraction of the time. No mask, no table, no
 * check: for choosing a precision on the owner's machine.
 */
public final class KernelNetwork implements AutoCloseable {
  private final DeviceHalf device;
  private final List<Lift> lifts;
  private final DeviceModel model;
  private final PlainIntegerNetwork network;
  private final List<LinearKernel> kernels = new ArrayList<>();
  private final Runnable releaseKernels;

  /** Loads the stages and packs all weights. */
  public KernelNetwork(ModelBundle bundle, KernelProvider provider) {
    this(bundle.edge(), bundle.device(), new SharedKernels(provider), true);
  }

  /**
   * Loads the stages, and packs the weights that are not among the shared ones.
   *
   * @param edge the other half of the same bundle
   * @param shared stay the caller's, and are closed after this
   */
  public KernelNetwork(EdgeHalf edge, DeviceHalf device, SharedKernels shared) {
    this(edge, device, shared, false);
  }

  private KernelNetwork(
      EdgeHalf edge, DeviceHalf device, SharedKernels shared, boolean closesKernels) {
    this.device = device;
    this.lifts = Lift.ofLayers(device);
    this.model = DeviceModel.load(device);
    this.network = new PlainIntegerNetwork(model, this::multiply);
    this.releaseKernels = closesKernels ? shared::close : () -> {};
    try {
      for (LinearLayerSpec layer : device.plan().layers()) {
        kernels.add(shared.of(edge.plan().field(layer), layer, edge.weights().get(layer.index())));
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
    LinearLayerSpec spec = device.plan().layer(layer);
    DeviceHalf.LayerBinding binding = device.layers().get(layer);
    ActivationRange range = device.tensors().get(spec.tensorId()).range();
    float[] rows = LayerArithmetic.scales(input, device.batch(), range);
    int[] q = new int[input.length];
    LayerArithmetic.quantize(input, rows, range, q);
    float[] out = new float[spec.geometry().outputSize()];
    ChannelScales scales =
        new ChannelScales(spec.geometry(), rows, binding.weightScales(), binding.bias());
    LayerArithmetic.dequantize(spec.geometry(), multiply(spec, q), scales, out);
    return out;
  }

  @Override
  public void close() {
    releaseKernels.run();
    model.close();
  }

  private int[] multiply(LinearLayerSpec layer, int[] q) {
    Lift lift = lifts.get(layer.index());
    int[] residues = new int[q.length];
    for (int i = 0; i < q.length; i++) {
      residues[i] = lift.field().canonical(q[i]);
    }
    int[] y = new int[layer.geometry().outputSize()];
    kernels.get(layer.index()).apply(residues, y);
    int plane = layer.geometry().planeSize();
    for (int i = 0; i < y.length; i++) {
      y[i] = lift.of(y[i], i / plane % layer.geometry().outChannels());
    }
    return y;
  }
}
