/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.reference;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.lepcnn.core.linear.DirectConvolution;
import org.lepcnn.core.model.DeviceHalf;
import org.lepcnn.core.model.EdgeHalf;
import org.lepcnn.core.model.LinearLayerSpec;
import org.lepcnn.core.model.MaskedTensorSpec;
import org.lepcnn.device.arithmetic.ChannelScales;
import org.lepcnn.device.arithmetic.LayerArithmetic;
import org.lepcnn.device.arithmetic.Lift;
import org.lepcnn.device.pass.UnsafeResultObserver;
import org.lepcnn.device.stage.Activations;
import org.lepcnn.device.stage.DeviceModel;
import org.lepcnn.device.stage.HostTensor;

/**
 * The plain integer network: the same stages, quantization and dequantization as a private pass,
 * with W·q as the defining sum in 64-bit integers in between. No modulus, no mask, no kernel: what
 * a private pass must equal bit for bit. Slow. Thread-safe.
 */
public final class PlainIntegerNetwork {
  private final DeviceModel model;
  private final Products products;

  /** W·q of a layer in integers. */
  @FunctionalInterface
  interface Products {
    int[] multiply(LinearLayerSpec layer, int[] q);
  }

  /**
   * @param model stays the caller's
   * @param edge the other half of the same bundle
   */
  public PlainIntegerNetwork(DeviceModel model, EdgeHalf edge) {
    this(model, directly(edge, Lift.ofLayers(model.half())));
  }

  PlainIntegerNetwork(DeviceModel model, Products products) {
    this.model = model;
    this.products = products;
  }

  /** Runs the network; output name to value, in the model's order. */
  public Map<String, HostTensor> run(Map<String, HostTensor> inputs) {
    return run(inputs, (pass, layer, centred) -> {});
  }

  /**
   * Runs the network.
   *
   * @param observer sees every layer's integer results, with pass −1
   */
  public Map<String, HostTensor> run(
      Map<String, HostTensor> inputs, UnsafeResultObserver observer) {
    return run(inputs, observer, (layer, input, output) -> {});
  }

  /**
   * Runs the network.
   *
   * @param observer sees every layer's integer results, with pass −1
   * @param values sees the float values around every layer
   */
  public Map<String, HostTensor> run(
      Map<String, HostTensor> inputs, UnsafeResultObserver observer, LayerObserver values) {
    model.checkInputs(inputs);
    try (Activations activations = model.activations(inputs)) {
      for (int round = 0; round < model.plan().rounds(); round++) {
        model.runStage(round, activations);
        runRound(round, activations, observer, values);
        model.endRound(round, activations);
      }
      model.runStage(model.plan().rounds(), activations);
      return model.outputs(activations);
    }
  }

  private void runRound(
      int round, Activations activations, UnsafeResultObserver observer, LayerObserver values) {
    List<Quantized> tensors = new ArrayList<>();
    for (MaskedTensorSpec tensor : model.plan().tensorsOfRound(round)) {
      DeviceHalf.TensorBinding binding = model.half().tensors().get(tensor.id());
      float[] x = activations.floats(binding.value(), tensor.elements());
      float[] scales = LayerArithmetic.scales(x, model.half().batch(), binding.range());
      int[] q = new int[tensor.elements()];
      LayerArithmetic.quantize(x, scales, binding.range(), q);
      tensors.add(new Quantized(x, scales, q));
    }
    int firstTensor = model.plan().tensorsOfRound(round).get(0).id();
    for (LinearLayerSpec layer : model.plan().layersOfRound(round)) {
      DeviceHalf.LayerBinding binding = model.half().layers().get(layer.index());
      Quantized tensor = tensors.get(layer.tensorId() - firstTensor);
      int[] y = products.multiply(layer, tensor.q());
      float[] out = new float[y.length];
      LayerArithmetic.dequantize(
          layer.geometry(),
          y,
          new ChannelScales(
              layer.geometry(), tensor.scales(), binding.weightScales(), binding.bias()),
          out);
      activations.put(binding.output(), HostTensor.of(out, binding.outputShape()));
      observer.layerResult(-1, layer.index(), y);
      values.layer(layer.index(), tensor.x(), out);
    }
  }

  /** A tensor of a round: x as it was, and as q·scale. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Quantized(float[] x, float[] scales, int[] q) {}

  private static Products directly(EdgeHalf edge, List<Lift> lifts) {
    return (layer, q) -> {
      long[] sums = new long[layer.geometry().outputSize()];
      DirectConvolution.apply(layer.geometry(), edge.weights().get(layer.index()), q, sums);
      int plane = layer.geometry().planeSize();
      int[] y = new int[sums.length];
      for (int i = 0; i < y.length; i++) {
        int channel = i / plane % layer.geometry().outChannels();
        if (!lifts.get(layer.index()).holds(sums[i], channel)) {
          throw new IllegalStateException(
              "The bundle's activation bits let layer " + layer.index() + " wrap around modulo p");
        }
        y[i] = (int) sums[i];
      }
      return y;
    };
  }
}
