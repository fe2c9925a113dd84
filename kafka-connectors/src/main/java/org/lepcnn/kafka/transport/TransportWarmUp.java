/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.kafka.transport;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.lepcnn.core.model.Fingerprint;
import org.lepcnn.core.model.LinearLayerSpec;
import org.lepcnn.core.model.MaskedTensorSpec;
import org.lepcnn.core.model.Plan;
import org.lepcnn.core.port.ChainId;
import org.lepcnn.core.port.InstanceId;
import org.lepcnn.core.port.PassId;
import org.lepcnn.core.port.RoundRequest;
import org.lepcnn.core.port.RoundResult;
import org.lepcnn.kafka.chunk.RoundShape;
import org.lepcnn.kafka.codec.AnswerCodec;

/**
 * Rounds of zeros through the code that makes records of requests and results of records, with
 * exchanges of its own: nothing is sent, and nothing of the transport is touched.
 */
final class TransportWarmUp {
  private static final int MAX_PASSES = 400;
  private static final long MAX_NANOS = TimeUnit.SECONDS.toNanos(2);
  private static final InstanceId INSTANCE = new InstanceId(0, 0);
  private static final PassId PASS =
      new PassId("warm-up", new ChainId(0, 0), Fingerprint.of(new byte[Fingerprint.BYTES]), 0);

  private final TransportConfig config;
  private final Plan plan;
  private final OpenExchanges open = new OpenExchanges();
  private final AnswerHandler handler = new AnswerHandler(open, new Counters());
  private final int[] zeros;

  TransportWarmUp(TransportConfig config, Plan plan) {
    this.config = config;
    this.plan = plan;
    int most = 0;
    for (MaskedTensorSpec tensor : plan.tensors()) {
      most = Math.max(most, tensor.elements());
    }
    for (LinearLayerSpec layer : plan.layers()) {
      most = Math.max(most, layer.geometry().outputSize());
    }
    this.zeros = new int[most];
  }

  /**
   * Runs passes for a few seconds at most.
   *
   * @return how many
   */
  int run() {
    long start = System.nanoTime();
    int passes = 0;
    while (passes < MAX_PASSES && System.nanoTime() - start < MAX_NANOS) {
      for (int round = 0; round < plan.rounds(); round++) {
        exchange(round);
      }
      passes++;
    }
    return passes;
  }

  private void exchange(int round) {
    RoundRequest request = new RoundRequest(PASS, round, INSTANCE, plan, tensors(round));
    CompletableFuture<RoundResult> future = new CompletableFuture<>();
    RoundShape results = RoundShape.layersOf(plan, round);
    Exchange exchange =
        new Exchange(
            request.call(),
            RoundCoding.encode(request, config.lifetime().toMillis()),
            results,
            future,
            parts -> future.complete(RoundCoding.result(request, results, parts)),
            new RetrySchedule(config, System.nanoTime(), () -> 0));
    open.add(exchange);
    for (LinearLayerSpec layer : plan.layersOfRound(round)) {
      int elements = layer.geometry().outputSize();
      AnswerCodec.current()
          .encodeLayer(PASS, round, layer.index(), plan.field(layer), zeros, elements)
          .forEach(handler::handle);
    }
    if (!future.isDone()) {
      throw new IllegalStateException("Warming up: round " + round + " did not become complete");
    }
  }

  private List<RoundRequest.Tensor> tensors(int round) {
    List<RoundRequest.Tensor> tensors = new ArrayList<>();
    for (MaskedTensorSpec tensor : plan.tensorsOfRound(round)) {
      tensors.add(new RoundRequest.Tensor(tensor.id(), zeros));
    }
    return tensors;
  }
}
