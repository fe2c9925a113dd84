/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.session;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.lepcnn.core.model.DeviceHalf;
import org.lepcnn.core.model.LinearLayerSpec;
import org.lepcnn.core.model.MaskedTensorSpec;
import org.lepcnn.core.model.Plan;
import org.lepcnn.core.port.PassId;
import org.lepcnn.core.port.RoundRequest;
import org.lepcnn.core.port.RoundResult;
import org.lepcnn.core.quant.ActivationQuantizer;
import org.lepcnn.device.integrity.GroupChallenges;
import org.lepcnn.device.mask.MaskGenerator;
import org.lepcnn.device.session.Stopwatch.Phase;

/**
 * The arithmetic of one pass's rounds: mask, check, unmask. Knows nothing of threads and transport.
 * Used by one thread at a time.
 *
 * <p>A masked tensor is made once, whatever reads it: one mask, one quantization, the same bytes.
 */
final class MaskedRounds implements AutoCloseable {
  private final SessionParts parts;
  private final PassSupply.Pass pass;
  private final PassId id;
  private final MaskGenerator masks;
  private final Stopwatch stopwatch;
  private final Plan plan;

  /** s_x per tensor of the plan; these never leave the device. */
  private final float[] scales;

  MaskedRounds(SessionParts parts, PassSupply.Pass pass, Stopwatch stopwatch) {
    this.parts = parts;
    this.pass = pass;
    this.stopwatch = stopwatch;
    this.plan = parts.model().plan();
    this.scales = new float[plan.tensors().size()];
    PassSupply supply = parts.supply();
    this.id = new PassId(supply.device(), supply.chain(), supply.model(), pass.number());
    this.masks = new MaskGenerator(pass.key());
  }

  PassId id() {
    return id;
  }

  /** Quantizes and masks the tensors of a round. */
  RoundRequest mask(int round, Activations activations) {
    List<float[]> values = new ArrayList<>();
    // all scales first: a NaN in the last tensor must not leave a half-made round behind
    for (MaskedTensorSpec tensor : plan.tensorsOfRound(round)) {
      DeviceHalf.TensorBinding binding = parts.model().half().tensors().get(tensor.id());
      float[] x = activations.floats(binding.value(), tensor.elements());
      scales[tensor.id()] = ActivationQuantizer.scale(x, tensor.elements(), binding.bits());
      values.add(x);
    }
    RoundRequest request = maskOfZeros(round);
    for (int i = 0; i < values.size(); i++) {
      RoundRequest.Tensor tensor = request.tensors().get(i);
      int bits = parts.model().half().tensors().get(tensor.id()).bits();
      LayerArithmetic.mask(values.get(i), scales[tensor.id()], bits, tensor.residues());
    }
    return request;
  }

  /** The round with tensors of zeros: the masks themselves. */
  RoundRequest maskOfZeros(int round) {
    List<RoundRequest.Tensor> tensors = new ArrayList<>();
    for (MaskedTensorSpec tensor : plan.tensorsOfRound(round)) {
      int[] residues = parts.pool().take(tensor.elements());
      masks.fill(tensor.id(), residues, residues.length);
      tensors.add(new RoundRequest.Tensor(tensor.id(), residues));
    }
    return new RoundRequest(id, round, parts.supply().instance(), plan, tensors);
  }

  /**
   * Refuses a result that is not the right answer to the request; before anything is unmasked.
   *
   * @throws org.lepcnn.device.integrity.IntegrityException naming the first wrong layer
   */
  void check(RoundRequest request, RoundResult result) {
    ResultValidator.validate(request, result);
    if (parts.challenges() == null) {
      return;
    }
    GroupChallenges challenges = parts.challenges().ofPass(pass.number());
    int firstTensor = plan.tensorsOfRound(request.round()).get(0).id();
    for (RoundResult.Layer layer : result.layers()) {
      LinearLayerSpec spec = plan.layer(layer.index());
      int[] masked = request.tensors().get(spec.tensorId() - firstTensor).residues();
      if (!challenges.accepts(spec, masked, layer.residues())) {
        throw ResultValidator.checkFailed(id, spec);
      }
    }
  }

  /** Unmasks a checked result and adds the layers' outputs to the activations. */
  void unmask(RoundResult result, Activations activations) {
    for (RoundResult.Layer layer : result.layers()) {
      LinearLayerSpec spec = plan.layer(layer.index());
      DeviceHalf.LayerBinding binding = parts.model().half().layers().get(layer.index());
      int[] factors = parts.pool().take(spec.geometry().outputSize());
      try {
        stopwatch.time(
            Phase.TABLE,
            () -> parts.tables().readLayer(pass.number(), pass.key(), spec.index(), factors));
        long before = System.nanoTime();
        activations.put(binding.output(), unmask(spec, binding, layer.residues(), factors));
        stopwatch.add(Phase.UNMASK, System.nanoTime() - before);
      } finally {
        Arrays.fill(factors, 0);
        parts.pool().give(factors);
      }
    }
  }

  /** Gives the arrays of a request back, once its result is there. */
  void recycle(RoundRequest request) {
    request.tensors().forEach(tensor -> parts.pool().give(tensor.residues()));
  }

  @Override
  public void close() {
    masks.close();
  }

  private HostTensor unmask(
      LinearLayerSpec spec, DeviceHalf.LayerBinding binding, int[] y, int[] factors) {
    float[] out = new float[y.length];
    LayerArithmetic.unmask(
        spec.geometry(),
        y,
        factors,
        scales[spec.tensorId()],
        binding.weightScales(),
        binding.bias(),
        out);
    if (parts.unsafeResultObserver() != null) {
      parts
          .unsafeResultObserver()
          .layerResult(pass.number(), spec.index(), LayerArithmetic.unmaskedIntegers(y, factors));
    }
    return HostTensor.of(out, binding.outputShape());
  }
}
