/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.lepcnn.core.linear.ConvGeometry;
import org.lepcnn.core.linear.DirectConvolution;
import org.lepcnn.core.linear.LayerWeights;
import org.lepcnn.core.model.DeviceHalf;
import org.lepcnn.core.model.DeviceHalf.LayerBinding;
import org.lepcnn.core.model.DeviceHalf.Stage;
import org.lepcnn.core.model.DeviceHalf.TensorBinding;
import org.lepcnn.core.model.LinearLayerSpec;
import org.lepcnn.core.model.MaskedTensorSpec;
import org.lepcnn.core.model.ModelBundle;
import org.lepcnn.core.quant.ActivationQuantizer;
import org.lepcnn.onnx.graph.Tensors;

/**
 * The plain integer network of a bundle: stages by ONNX Runtime, layers by the defining sum.
 *
 * <p>It carries a bound of the error against the float network along. A layer with weights W (the
 * dequantized ones, taken as exact), S = max over output channels of Σ|w|, reads x̂ with |x̂ − x| ≤
 * e and rounds it to multiples of the activation scale s, so that each operand is off by at most e
 * + s/2; its result is off by at most S·(e + s/2), and by the float rounding of either side, for
 * which 2·10⁻⁶ · (S·max|x| + max|y|) is allowed. Stages are taken to multiply errors by at most
 * {@code stageGain}: 1 for ReLU, MaxPool, averages and Concat, 2 for the sum of two branches.
 */
public final class PlainNetwork {
  private static final double FLOAT_ROUNDING = 2e-6;

  private final ModelBundle bundle;
  private final double stageGain;
  private final Map<String, Double> errors = new HashMap<>();
  private final Map<String, OnnxTensor> values = new HashMap<>();
  private final Map<String, float[]> results = new HashMap<>();

  /** Outputs by name with the bound of their error. */
  public record Outputs(Map<String, float[]> outputs, Map<String, Double> bounds) {}

  private PlainNetwork(ModelBundle bundle, double stageGain) {
    this.bundle = bundle;
    this.stageGain = stageGain;
  }

  /** Runs a pass; float32 outputs are kept. */
  public static Outputs run(ModelBundle bundle, Map<String, OnnxTensor> inputs, double stageGain)
      throws OrtException {
    return new PlainNetwork(bundle, stageGain).run(inputs);
  }

  /** The results of all layers in a pass, by the value that they are. */
  public static Map<String, float[]> layers(ModelBundle bundle, Map<String, OnnxTensor> inputs)
      throws OrtException {
    PlainNetwork network = new PlainNetwork(bundle, 2);
    network.run(inputs);
    return network.results;
  }

  private Outputs run(Map<String, OnnxTensor> inputs) throws OrtException {
    DeviceHalf device = bundle.device();
    inputs.forEach(
        (name, tensor) -> {
          values.put(name, tensor);
          errors.put(name, 0.0);
        });
    List<OrtSession.Result> open = new ArrayList<>();
    for (int round = 0; round <= device.plan().rounds(); round++) {
      runStage(device.stages().get(round), open);
      if (round < device.plan().rounds()) {
        runRound(round);
      }
    }
    Map<String, float[]> outputs = new LinkedHashMap<>();
    Map<String, Double> bounds = new LinkedHashMap<>();
    for (DeviceHalf.ValueSpec output : device.outputs()) {
      OnnxTensor value = values.get(output.name());
      if (output.onnxType() == Tensors.FLOAT) {
        outputs.put(output.name(), floats(value));
        bounds.put(output.name(), errors.get(output.name()));
      }
    }
    open.forEach(OrtSession.Result::close);
    return new Outputs(outputs, bounds);
  }

  private void runStage(Stage stage, List<OrtSession.Result> open) throws OrtException {
    if (stage.isEmpty()) {
      return;
    }
    Map<String, OnnxTensor> feeds = new HashMap<>();
    double error = 0;
    for (String name : stage.inputs()) {
      feeds.put(name, values.get(name));
      error = Math.max(error, errors.get(name));
    }
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      options.setSessionLogLevel(OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR);
      try (OrtSession session =
          OrtEnvironment.getEnvironment().createSession(stage.onnx(), options)) {
        Set<String> wanted = new HashSet<>(stage.outputs());
        OrtSession.Result result = session.run(feeds, wanted);
        open.add(result);
        for (Map.Entry<String, OnnxValue> output : result) {
          values.put(output.getKey(), (OnnxTensor) output.getValue());
          errors.put(output.getKey(), stageGain * error);
        }
      }
    }
  }

  private void runRound(int round) throws OrtException {
    for (MaskedTensorSpec tensor : bundle.plan().tensorsOfRound(round)) {
      TensorBinding binding = bundle.device().tensors().get(tensor.id());
      float[] x = floats(values.get(binding.value()));
      float scale = ActivationQuantizer.scale(x, x.length, binding.range());
      int[] q = new int[tensor.elements()];
      double max = 0;
      for (int i = 0; i < q.length; i++) {
        q[i] = ActivationQuantizer.quantize(x[i], 1 / scale, binding.range());
        max = Math.max(max, Math.abs(x[i]));
      }
      for (LinearLayerSpec layer : bundle.plan().layersOfRound(round)) {
        if (layer.tensorId() == tensor.id()) {
          double error = errors.get(binding.value());
          runLayer(layer, q, scale, error, max);
        }
      }
    }
  }

  private void runLayer(LinearLayerSpec spec, int[] q, float scale, double error, double max)
      throws OrtException {
    ConvGeometry g = spec.geometry();
    LayerBinding binding = bundle.device().layers().get(spec.index());
    LayerWeights weights = bundle.edge().weights().get(spec.index());
    long[] sums = new long[g.outputSize()];
    DirectConvolution.apply(g, weights, q, sums);
    float[] y = new float[sums.length];
    double maxOut = 0;
    for (int i = 0; i < y.length; i++) {
      int channel = i / g.planeSize() % g.outChannels();
      int p = bundle.plan().field(spec).modulus();
      int below = binding.lift().length == 0 ? (p - 1) / 2 : binding.lift()[channel];
      if (sums[i] < -below || sums[i] > p - 1 - below) {
        throw new AssertionError("a sum of layer " + binding.name() + " wraps around");
      }
      y[i] =
          ActivationQuantizer.dequantize(
              (int) sums[i], scale * binding.weightScales()[channel], binding.bias()[channel]);
      maxOut = Math.max(maxOut, Math.abs(y[i]));
    }
    results.put(binding.output(), y);
    double sum = maxWeightSum(g, weights, binding.weightScales());
    errors.put(binding.output(), sum * (error + scale / 2) + FLOAT_ROUNDING * (sum * max + maxOut));
    values.put(
        binding.output(),
        OnnxTensor.createTensor(
            OrtEnvironment.getEnvironment(), FloatBuffer.wrap(y), binding.outputShape()));
  }

  private static double maxWeightSum(ConvGeometry g, LayerWeights weights, float[] scales) {
    double max = 0;
    for (int oc = 0; oc < g.outChannels(); oc++) {
      double sum = 0;
      for (int i = oc * g.fanIn(); i < (oc + 1) * g.fanIn(); i++) {
        sum += Math.abs(weights.at(i)) * (double) scales[oc];
      }
      max = Math.max(max, sum);
    }
    return max;
  }

  public static float[] floats(OnnxTensor tensor) {
    FloatBuffer buffer = tensor.getFloatBuffer();
    float[] values = new float[buffer.remaining()];
    buffer.get(values);
    return values;
  }
}
