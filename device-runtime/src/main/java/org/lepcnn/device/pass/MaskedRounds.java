/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.pass;

import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.lepcnn.core.error.LepcnnException;
import org.lepcnn.core.model.DeviceHalf;
import org.lepcnn.core.model.LinearLayerSpec;
import org.lepcnn.core.model.MaskedTensorSpec;
import org.lepcnn.core.model.Plan;
import org.lepcnn.core.port.PassId;
import org.lepcnn.core.port.RoundRequest;
import org.lepcnn.core.port.RoundResult;
import org.lepcnn.core.quant.NonFiniteActivationException;
import org.lepcnn.device.arithmetic.ChannelScales;
import org.lepcnn.device.arithmetic.LayerArithmetic;
import org.lepcnn.device.arithmetic.Lift;
import org.lepcnn.device.integrity.GroupChallenges;
import org.lepcnn.device.pass.Stopwatch.Lap;
import org.lepcnn.device.stage.Activations;
import org.lepcnn.device.stage.NativeTensor;
import org.lepcnn.device.supply.PassSupply;
import org.lepcnn.device.supply.PassTables;
import org.lepcnn.device.supply.ResidueBuffer;

/**
 * The arithmetic of one pass's rounds: mask, check, unmask. Knows nothing of threads and transport.
 * Used by one thread at a time.
 *
 * <p>A masked tensor is made once, whatever reads it: one mask, one quantization, the same bytes.
 */
final class MaskedRounds implements AutoCloseable {
  private final RoundContext context;
  private final PassSupply.Pass pass;
  private final PassId id;
  private final PassWorkspace workspace;
  private final Stopwatch stopwatch;
  private final Plan plan;

  /** s_x per tensor of the plan and row; these never leave the device. */
  private final float[][] scales;

  private final Map<Integer, LepcnnException> failedRows = new TreeMap<>();

  /** U of the layers of the current round, in the plan's order; empty before {@link #readTable}. */
  private final List<ResidueBuffer> factors = new ArrayList<>();

  /** The request's side of every layer's challenges, from {@link #prepareCheck} on. */
  private final int[] requestSides;

  private PassTables.@Nullable PassFactors table; // null until a round's factors are read
  private @Nullable RuntimeException unreadableTable;
  private @Nullable RuntimeException unreadableChallenges;
  private boolean closed;

  /** A result every layer of which was found right. Nothing but {@link #check} makes one. */
  static final class CheckedResult {
    private final RoundResult result;

    private CheckedResult(RoundResult result) {
      this.result = result;
    }
  }

  MaskedRounds(RoundContext context, PassSupply.Pass pass, Stopwatch stopwatch) {
    this.context = context;
    this.pass = pass;
    this.stopwatch = stopwatch;
    this.plan = context.model().plan();
    this.scales = new float[plan.tensors().size()][context.model().half().batch()];
    this.requestSides = new int[plan.layers().size() * GroupChallenges.MAX_PER_LAYER];
    PassSupply supply = context.supply();
    this.id = new PassId(supply.device(), supply.chain(), supply.model(), pass.number());
    this.workspace = context.workspaces().take(pass.key());
  }

  PassId id() {
    return id;
  }

  /** Quantizes and masks the tensors of a round. */
  RoundRequest mask(int round, Activations activations) {
    int count = plan.tensorsOfRound(round).size();
    List<FloatBuffer> values = new ArrayList<>(count);
    // all scales first: a NaN in the last tensor must not leave a half-made round behind
    for (MaskedTensorSpec tensor : plan.tensorsOfRound(round)) {
      DeviceHalf.TensorBinding binding = context.model().half().tensors().get(tensor.id());
      FloatBuffer x = activations.buffer(binding.value(), tensor.elements());
      workspace.tiles().scales(x, tensor.elements(), binding.range(), scales[tensor.id()]);
      noteLostRows(scales[tensor.id()]);
      values.add(x);
    }
    List<RoundRequest.Tensor> tensors = new ArrayList<>(count);
    for (MaskedTensorSpec tensor : plan.tensorsOfRound(round)) {
      tensors.add(mask(tensor, values.get(tensors.size())));
    }
    return request(round, tensors);
  }

  private void noteLostRows(float[] rowScales) {
    for (int row = 0; row < rowScales.length; row++) {
      if (Float.isNaN(rowScales[row])) {
        failedRows.putIfAbsent(row, new NonFiniteActivationException());
      }
    }
  }

  /** Why rows of the batch have no answer; their masked tensors held zeros. */
  Map<Integer, LepcnnException> failedRows() {
    return Map.copyOf(failedRows);
  }

  private RoundRequest.Tensor mask(MaskedTensorSpec tensor, FloatBuffer x) {
    int[] residues = context.pool().takeAtLeast(tensor.elements());
    workspace.tiles().mask(x, scales[tensor.id()], workspace.masks(), tensor, residues);
    return new RoundRequest.Tensor(tensor.id(), residues);
  }

  /** The round with tensors of zeros: the masks themselves. */
  RoundRequest maskOfZeros(int round) {
    List<RoundRequest.Tensor> tensors = new ArrayList<>();
    for (MaskedTensorSpec tensor : plan.tensorsOfRound(round)) {
      int[] residues = context.pool().takeAtLeast(tensor.elements());
      workspace.masks().fill(tensor.id(), tensor.field(), residues, tensor.elements());
      tensors.add(new RoundRequest.Tensor(tensor.id(), residues));
    }
    return request(round, tensors);
  }

  private RoundRequest request(int round, List<RoundRequest.Tensor> tensors) {
    return new RoundRequest(id, round, context.supply().instance(), plan, tensors);
  }

  /**
   * Computes what of the check follows from the request alone, best while the edge works on it and
   * the masked tensors are still in the cache. Challenges that cannot be read are told by {@link
   * #check}.
   */
  void prepareCheck(RoundRequest request) {
    if (!context.checked()) {
      return;
    }
    long before = System.nanoTime();
    try {
      GroupChallenges challenges = challenges();
      int firstTensor = plan.tensorsOfRound(request.round()).get(0).id();
      for (LinearLayerSpec layer : plan.layersOfRound(request.round())) {
        int[] masked = request.tensors().get(layer.tensorId() - firstTensor).residues();
        challenges.requestSides(layer, masked, requestSides, firstSide(layer));
      }
    } catch (RuntimeException e) {
      unreadableChallenges = e;
    } finally {
      stopwatch.add(Lap.CHECK, System.nanoTime() - before);
    }
  }

  /**
   * Refuses a result that is not the right answer to the request; before anything is unmasked, and
   * after {@link #prepareCheck}.
   *
   * @throws org.lepcnn.device.integrity.IntegrityException naming the first wrong layer
   */
  CheckedResult check(RoundRequest request, RoundResult result) {
    ResultValidator.validate(request, result);
    if (unreadableChallenges != null) {
      throw unreadableChallenges;
    }
    for (RoundResult.Layer layer : result.layers()) {
      LinearLayerSpec spec = plan.layer(layer.index());
      if (context.checked()) {
        check(challenges(), spec, layer.residues());
      } else {
        ResultValidator.requireCanonical(id, plan.field(spec), spec, layer.residues());
      }
    }
    return new CheckedResult(result);
  }

  private void check(GroupChallenges challenges, LinearLayerSpec spec, int[] y) {
    switch (challenges.judge(spec, y, requestSides, firstSide(spec))) {
      case ACCEPTED -> {}
      case WRONG -> throw ResultValidator.checkFailed(id, spec);
      case NOT_CANONICAL -> throw ResultValidator.notCanonical(id, spec);
    }
  }

  private GroupChallenges challenges() {
    return context.challenges().ofPass(pass.number());
  }

  private static int firstSide(LinearLayerSpec layer) {
    return layer.index() * GroupChallenges.MAX_PER_LAYER;
  }

  /**
   * Reads what will unmask a round, best while the edge works on it. An unreadable or changed table
   * is told by {@link #unmask}: whatever the edge answers, its answer is judged by itself, and the
   * table by itself.
   */
  void readTable(int round) {
    long before = System.nanoTime();
    try {
      PassTables.PassFactors opened = openTable();
      for (LinearLayerSpec layer : plan.layersOfRound(round)) {
        ResidueBuffer u = workspace.takeBuffer(layer.geometry().outputSize());
        factors.add(u);
        opened.readLayer(layer.index(), u);
      }
    } catch (RuntimeException e) {
      unreadableTable = e;
    } finally {
      stopwatch.add(Lap.TABLE, System.nanoTime() - before);
    }
  }

  private PassTables.PassFactors openTable() {
    PassTables.PassFactors opened = table;
    if (opened == null) {
      opened = context.tables().openPass(pass.number(), pass.key(), challenges());
      table = opened;
    }
    return opened;
  }

  /** Unmasks a result and adds the layers' outputs to the activations. */
  void unmask(CheckedResult checked, Activations activations) {
    RoundResult result = checked.result;
    try {
      if (unreadableTable != null) {
        throw unreadableTable;
      }
      long before = System.nanoTime();
      for (int i = 0; i < factors.size(); i++) {
        RoundResult.Layer layer = result.layers().get(i);
        unmask(plan.layer(layer.index()), layer.residues(), factors.get(i), activations);
      }
      stopwatch.add(Lap.UNMASK, System.nanoTime() - before);
    } finally {
      giveFactorsBack();
    }
  }

  /**
   * Gives the arrays of a request back once its result was found right: only that proves that all
   * of the request has left, whatever the transport does with it.
   */
  void recycle(RoundRequest request) {
    request.tensors().forEach(tensor -> context.pool().give(tensor.residues()));
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
    context.workspaces().give(workspace);
  }

  private void giveFactorsBack() {
    // erased with the workspace: until then the pass's key, which yields them, is there as well
    factors.forEach(workspace::giveBuffer);
    factors.clear();
  }

  private void unmask(LinearLayerSpec spec, int[] y, ResidueBuffer u, Activations activations) {
    Lift lift = context.lift(spec.index());
    UnsafeResultObserver observer = context.unsafeResultObserver();
    if (observer != null) {
      observer.layerResult(
          pass.number(),
          spec.index(),
          LayerArithmetic.unmaskedIntegers(spec.geometry(), y, u.toArray(y.length), lift));
    }
    DeviceHalf.LayerBinding binding = context.model().half().layers().get(spec.index());
    NativeTensor out = activations.create(binding.output(), binding.outputShape());
    workspace
        .tiles()
        .unmask(
            spec.geometry(),
            y,
            u,
            lift,
            new ChannelScales(
                spec.geometry(), scales[spec.tensorId()], binding.weightScales(), binding.bias()),
            out.floats());
  }
}
