/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.session;

import java.nio.FloatBuffer;
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
import org.lepcnn.device.integrity.GroupChallenges;
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
  private final PassWorkspace workspace;
  private final Stopwatch stopwatch;
  private final Plan plan;

  /** s_x per tensor of the plan; these never leave the device. */
  private final float[] scales;

  /** U of the layers of the current round, in the plan's order; empty before {@link #readTable}. */
  private final List<int[]> factors = new ArrayList<>();

  private PassTables.PassReader table;
  private RuntimeException unreadableTable;
  private boolean closed;

  MaskedRounds(SessionParts parts, PassSupply.Pass pass, Stopwatch stopwatch) {
    this.parts = parts;
    this.pass = pass;
    this.stopwatch = stopwatch;
    this.plan = parts.model().plan();
    this.scales = new float[plan.tensors().size()];
    PassSupply supply = parts.supply();
    this.id = new PassId(supply.device(), supply.chain(), supply.model(), pass.number());
    this.workspace = parts.workspaces().take(pass.key());
  }

  PassId id() {
    return id;
  }

  /** Quantizes and masks the tensors of a round. */
  RoundRequest mask(int round, Activations activations) {
    List<FloatBuffer> values = new ArrayList<>();
    // all scales first: a NaN in the last tensor must not leave a half-made round behind
    for (MaskedTensorSpec tensor : plan.tensorsOfRound(round)) {
      DeviceHalf.TensorBinding binding = parts.model().half().tensors().get(tensor.id());
      FloatBuffer x = activations.buffer(binding.value(), tensor.elements());
      scales[tensor.id()] = workspace.tiles().scale(x, tensor.elements(), binding.bits());
      values.add(x);
    }
    RoundRequest request = maskOfZeros(round);
    for (int i = 0; i < values.size(); i++) {
      RoundRequest.Tensor tensor = request.tensors().get(i);
      int bits = parts.model().half().tensors().get(tensor.id()).bits();
      int elements = plan.tensor(tensor.id()).elements();
      workspace.tiles().mask(values.get(i), scales[tensor.id()], bits, tensor.residues(), elements);
    }
    return request;
  }

  /** The round with tensors of zeros: the masks themselves. */
  RoundRequest maskOfZeros(int round) {
    List<RoundRequest.Tensor> tensors = new ArrayList<>();
    for (MaskedTensorSpec tensor : plan.tensorsOfRound(round)) {
      int[] residues = parts.pool().take(tensor.elements());
      workspace.masks().fill(tensor.id(), residues, tensor.elements());
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

  /**
   * Reads what will unmask a round, best while the edge works on it. An unreadable table is told by
   * {@link #unmask}.
   */
  void readTable(int round) {
    long before = System.nanoTime();
    try {
      if (table == null) {
        table = parts.tables().openPass(pass.number(), pass.key());
      }
      for (LinearLayerSpec layer : plan.layersOfRound(round)) {
        int[] u = parts.pool().take(layer.geometry().outputSize());
        factors.add(u);
        table.readLayer(layer.index(), u);
      }
    } catch (RuntimeException e) {
      unreadableTable = e;
    } finally {
      stopwatch.add(Phase.TABLE, System.nanoTime() - before);
    }
  }

  /** Unmasks a checked result and adds the layers' outputs to the activations. */
  void unmask(RoundResult result, Activations activations) {
    try {
      if (unreadableTable != null) {
        throw unreadableTable;
      }
      long before = System.nanoTime();
      for (int i = 0; i < factors.size(); i++) {
        RoundResult.Layer layer = result.layers().get(i);
        unmask(plan.layer(layer.index()), layer.residues(), factors.get(i), activations);
      }
      stopwatch.add(Phase.UNMASK, System.nanoTime() - before);
    } finally {
      giveFactorsBack();
    }
  }

  /** Gives the arrays of a request back, once its result is there. */
  void recycle(RoundRequest request) {
    request.tensors().forEach(tensor -> parts.pool().give(tensor.residues()));
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    giveFactorsBack();
    if (table != null) {
      table.close();
    }
    parts.workspaces().give(workspace);
  }

  private void giveFactorsBack() {
    for (int[] u : factors) {
      Arrays.fill(u, 0);
      parts.pool().give(u);
    }
    factors.clear();
  }

  private void unmask(LinearLayerSpec spec, int[] y, int[] u, Activations activations) {
    if (parts.unsafeResultObserver() != null) {
      parts
          .unsafeResultObserver()
          .layerResult(pass.number(), spec.index(), LayerArithmetic.unmaskedIntegers(y, u));
    }
    DeviceHalf.LayerBinding binding = parts.model().half().layers().get(spec.index());
    NativeTensor out = activations.create(binding.output(), binding.outputShape());
    workspace
        .tiles()
        .unmask(
            spec.geometry(),
            y,
            u,
            scales[spec.tensorId()],
            binding.weightScales(),
            binding.bias(),
            out.floats());
  }
}
