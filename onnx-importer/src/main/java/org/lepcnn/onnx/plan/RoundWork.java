/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx.plan;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import org.lepcnn.onnx.graph.Graph;
import org.lepcnn.onnx.graph.Node;
import org.lepcnn.onnx.graph.StayReason;
import org.lepcnn.onnx.run.InstrumentedRun;
import org.lepcnn.onnx.run.ShapeFlow;

/**
 * Whether a round carries enough multiplications to be worth its way to the edge and back.
 *
 * <p>A round takes at least some 2 ms through a broker on the same machine, whatever it carries,
 * and 9 ms in SqueezeNet (docs/performance.md). A core that does 10⁹ multiplications a second
 * computes {@value #LIGHT} in a tenth of a millisecond. In a pass of a few rounds this does not
 * matter: whoever offloads a small network wants it offloaded. So a pass of up to {@value
 * #FEW_ROUNDS} rounds keeps all of them; of a longer one, as an unrolled recurrent layer makes it,
 * the layers stay on the device whose round carries fewer multiplications than that.
 *
 * <p>Layers that stay take their round with them: each later one is one round earlier, and carries
 * what it carried before.
 *
 * <p>In a batch the multiplications of one of its inputs count: the same layers go to the edge as
 * for the input alone.
 */
public final class RoundWork {
  /** Multiplications that make a round of a long pass worth its way. */
  static final long LIGHT = 100_000;

  /** A pass of at most so many rounds keeps all. */
  static final int FEW_ROUNDS = 16;

  private RoundWork() {}

  /**
   * Decides about layers first one by one, then round by round, or by what a cut costs.
   *
   * @param precision see {@link ModelCut#of}
   */
  public static Selection select(
      Graph graph, InstrumentedRun run, ShapeFlow flow, OffloadPolicy policy, Precision precision) {
    if (policy instanceof OffloadPolicy.Optimise optimise) {
      return ModelCut.of(graph, run, flow, precision).select(optimise);
    }
    OptionalLong asked =
        policy instanceof OffloadPolicy.All all
            ? all.minRoundWork()
            : ((OffloadPolicy.Rule) policy).minRoundWork();
    Selection selection = new Selection(graph, run, flow, policy);
    List<List<OffloadedLayer>> rounds = new Schedule(graph, run, selection).rounds();
    boolean kept = policy instanceof OffloadPolicy.All || rounds.size() <= FEW_ROUNDS;
    Map<Node, StayReason> staying =
        light(rounds, asked.orElse(kept ? 0 : LIGHT), run.rows().batch());
    return staying.isEmpty() ? selection : new Selection(graph, run, flow, policy, staying);
  }

  private static Map<Node, StayReason> light(
      List<List<OffloadedLayer>> rounds, long least, int batch) {
    Map<Node, StayReason> light = new HashMap<>();
    for (List<OffloadedLayer> round : rounds) {
      long work = round.stream().mapToLong(each -> each.layer().geometry().macs()).sum() / batch;
      if (work < least) {
        round.forEach(each -> light.put(each.layer().node(), reason(rounds.size(), work, least)));
      }
    }
    return light;
  }

  private static StayReason reason(int rounds, long work, long least) {
    return new StayReason(
        String.format(
            Locale.ROOT,
            "not worth a round: it would carry %,d multiplications, fewer than %,d, and be one of"
                + " %,d",
            work,
            least,
            rounds),
        "");
  }
}
