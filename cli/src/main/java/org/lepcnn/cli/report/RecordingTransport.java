/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.lepcnn.core.linear.ConvGeometry;
import org.lepcnn.core.model.LinearLayerSpec;
import org.lepcnn.core.model.MaskedTensorSpec;
import org.lepcnn.core.model.Plan;
import org.lepcnn.core.port.EdgeTransport;
import org.lepcnn.core.port.ForwardingEdgeTransport;
import org.lepcnn.core.port.RoundRequest;
import org.lepcnn.core.port.RoundResult;
import org.lepcnn.device.integrity.GroupChallenges;

/** Keeps, for a report, what leaves the device and when: public data alone. */
public final class RecordingTransport extends ForwardingEdgeTransport {
  private static final double NANOS_PER_MILLI = 1e6;

  private final Map<Long, Recorded> passes = new ConcurrentHashMap<>();

  /** What was seen of one pass; guarded by itself. */
  private static final class Recorded {
    private final Map<Integer, Long> sent = new TreeMap<>();
    private final Map<Integer, Long> back = new TreeMap<>();
    private final PassTrace.EdgeView first;

    Recorded(PassTrace.EdgeView first) {
      this.first = first;
    }
  }

  public RecordingTransport(EdgeTransport transport) {
    super(transport);
  }

  @Override
  public CompletableFuture<RoundResult> exchange(RoundRequest request) {
    Recorded pass =
        passes.computeIfAbsent(request.pass().pass(), number -> new Recorded(view(request)));
    synchronized (pass) {
      pass.sent.putIfAbsent(request.round(), System.nanoTime());
    }
    return super.exchange(request)
        .whenComplete(
            (result, failure) -> {
              synchronized (pass) {
                pass.back.put(request.round(), System.nanoTime());
              }
            });
  }

  private static PassTrace.EdgeView view(RoundRequest request) {
    RoundRequest.Tensor tensor = request.tensors().get(0);
    MaskedTensorSpec spec = request.plan().tensor(tensor.id());
    for (LinearLayerSpec layer : request.plan().layersOfRound(request.round())) {
      if (layer.tensorId() == tensor.id()) {
        ConvGeometry geometry = layer.geometry();
        return PassTrace.EdgeView.of(
            tensor.residues(),
            spec.elements(),
            geometry.width().in(),
            geometry.height().in(),
            spec.field().modulus());
      }
    }
    throw new IllegalStateException("a tensor that no layer reads");
  }

  /**
   * What was seen of a pass.
   *
   * @param begin of the pass, as {@link System#nanoTime} tells
   * @param challengesPerLayer of layers modulo 2³¹ − 1
   */
  public PassTrace trace(long pass, Plan plan, long begin, int challengesPerLayer) {
    Recorded recorded = passes.get(pass);
    if (recorded == null) {
      return new PassTrace(null, List.of(), 0);
    }
    List<PassTrace.Round> rounds = new ArrayList<>();
    synchronized (recorded) {
      recorded.back.forEach(
          (round, back) ->
              rounds.add(
                  new PassTrace.Round(
                      Math.max(0, (recorded.sent.get(round) - begin) / NANOS_PER_MILLI),
                      Math.max(0, (back - begin) / NANOS_PER_MILLI),
                      up(plan, round),
                      down(plan, round),
                      plan.layersOfRound(round).size(),
                      checks(plan, round, challengesPerLayer))));
    }
    return new PassTrace(recorded.first, rounds, plan.outputBytes());
  }

  private static long up(Plan plan, int round) {
    return plan.tensorsOfRound(round).stream().mapToLong(MaskedTensorSpec::wireBytes).sum();
  }

  private static long down(Plan plan, int round) {
    return plan.layersOfRound(round).stream()
        .mapToLong(layer -> (long) layer.geometry().outputSize() * plan.field(layer).wireBytes())
        .sum();
  }

  private static int checks(Plan plan, int round, int challengesPerLayer) {
    return plan.layersOfRound(round).stream()
        .mapToInt(layer -> GroupChallenges.ofLayer(plan, layer, challengesPerLayer))
        .sum();
  }
}
