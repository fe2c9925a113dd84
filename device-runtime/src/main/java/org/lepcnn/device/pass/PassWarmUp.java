/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.pass;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.lepcnn.core.model.LinearLayerSpec;
import org.lepcnn.core.model.Plan;
import org.lepcnn.core.port.RoundRequest;
import org.lepcnn.core.port.RoundResult;
import org.lepcnn.device.integrity.GroupChallenges;
import org.lepcnn.device.key.GroupKey;
import org.lepcnn.device.key.PassKey;
import org.lepcnn.device.stage.Activations;
import org.lepcnn.device.stage.DeviceModel;
import org.lepcnn.device.supply.MemoryChain;
import org.lepcnn.device.supply.PassSupply;
import org.lepcnn.device.supply.PassTables;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the device's part of passes on the model's own shapes, so that the code is compiled and the
 * buffers are there before the first pass: zeros as inputs, results and tables, masks of a chain
 * that is thrown away. No pass is used up, nothing is sent, nothing secret is involved. The
 * arithmetic does not depend on the data, so zeros warm it like anything else.
 */
final class PassWarmUp {
  private static final Logger LOG = LoggerFactory.getLogger(PassWarmUp.class);
  private static final String DEVICE = "warm-up";
  private static final int MAX_PASSES = 300;
  private static final long MAX_NANOS = TimeUnit.SECONDS.toNanos(3);

  private final DeviceModel model;
  private final RoundContext context;

  /** Not the session's: its passes should find the arrays that a pass leaves, and no others. */
  private final IntArrayPool results = new IntArrayPool(1);

  /**
   * @param session whose model and buffers are used, and nothing else
   */
  PassWarmUp(RoundContext session) {
    model = session.model();
    context =
        session.with(
            new MemoryChain(
                DEVICE, session.supply().model(), session.supply().suite(), model.half()),
            new Zeros(model.plan()));
  }

  /**
   * Runs passes until the code is compiled, for a few seconds at most.
   *
   * @return how many ran to their end
   */
  int run() {
    long begin = System.nanoTime();
    int passes = 0;
    try (PassSupply chain = context.supply()) {
      while (passes < MAX_PASSES && System.nanoTime() - begin < MAX_NANOS) {
        runPass(chain.reserve(1).take());
        passes++;
      }
    } catch (RuntimeException e) {
      // a stage that refuses zeros costs the first passes some time, nothing else
      LOG.debug("The warm-up ended after {} passes", passes, e);
    }
    LOG.debug("Warmed up with {} passes", passes);
    return passes;
  }

  private void runPass(PassSupply.Pass pass) {
    try (Activations activations = model.activations(model.zeroInputs());
        MaskedRounds rounds = new MaskedRounds(context, pass, new Stopwatch())) {
      for (int round = 0; round < model.plan().rounds(); round++) {
        model.runStage(round, activations);
        RoundRequest request = rounds.mask(round, activations);
        model.endRound(round, activations);
        rounds.prepareCheck(request);
        rounds.readTable(round);
        RoundResult result = zeroResult(request);
        MaskedRounds.CheckedResult checked = rounds.check(request, result);
        rounds.recycle(request);
        rounds.unmask(checked, activations);
        result.layers().forEach(layer -> results.give(layer.residues()));
      }
      model.runStage(model.plan().rounds(), activations);
      model.outputs(activations);
    } finally {
      pass.finish();
    }
  }

  /** The arrays hold zeros: a pass only reads its results. */
  private RoundResult zeroResult(RoundRequest request) {
    List<RoundResult.Layer> layers = new ArrayList<>();
    for (LinearLayerSpec layer : request.plan().layersOfRound(request.round())) {
      layers.add(new RoundResult.Layer(layer.index(), results.take(layer.geometry().outputSize())));
    }
    return new RoundResult(request.pass(), request.round(), layers);
  }

  /** Tables of zeros: with results of zeros the integrity check accepts them. */
  private record Zeros(Plan plan) implements PassTables {
    @Override
    public int challengesPerLayer() {
      return 1;
    }

    @Override
    public long passesLeftFrom(long pass) {
      return Long.MAX_VALUE - pass;
    }

    @Override
    public GroupChallenges challenges(long group, GroupKey groupKey) {
      return GroupChallenges.ofZeros(plan, challengesPerLayer(), groupKey);
    }

    @Override
    public void readLayer(long pass, PassKey key, GroupChallenges group, int layer, int[] out) {
      Arrays.fill(out, 0);
    }

    @Override
    public void close() {}
  }
}
