/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.kafka.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.lepcnn.core.field.ResidueField;
import org.lepcnn.core.fuzz.ByteMutator;
import org.lepcnn.core.fuzz.FuzzRun;
import org.lepcnn.core.linear.ConvGeometry;
import org.lepcnn.core.model.LinearLayerSpec;
import org.lepcnn.core.model.MaskedTensorSpec;
import org.lepcnn.core.model.Plan;
import org.lepcnn.core.port.EdgeErrorCode;
import org.lepcnn.core.port.InstanceId;
import org.lepcnn.core.port.PassId;
import org.lepcnn.core.port.PassRound;
import org.lepcnn.kafka.chunk.RoundShape;
import org.lepcnn.kafka.codec.AnswerCodec;
import org.lepcnn.kafka.codec.EdgeReplyView;
import org.lepcnn.kafka.codec.Samples;

/**
 * The gateway's reader against an edge that sends damaged and disordered answers: it never fails,
 * holds no more than the open exchanges need, and gives out results of the plan's sizes alone.
 *
 * <p>A longer run: {@code ./mvnw verify -Pfuzz} with {@code -Dfuzz.answers=N} (sequences of some
 * twelve records each).
 */
@Tag("slow")
class AnswerFuzzTest {
  private static final Plan PLAN =
      new Plan(
          List.of(
              new MaskedTensorSpec(0, 0, 30, ResidueField.P31),
              new MaskedTensorSpec(1, 0, 4, ResidueField.P24)),
          List.of(
              new LinearLayerSpec(0, 0, ConvGeometry.fullyConnected(30, 1, 1)),
              new LinearLayerSpec(1, 1, ConvGeometry.fullyConnected(4, 1, 7))));
  private static final RoundShape RESULTS = RoundShape.layersOf(PLAN, 0);
  private static final InstanceId INSTANCE = new InstanceId(1, 2);
  private static final long ENOUGH_BYTES = 4L * (RESULTS.bytes() + 4_096);
  private static final TransportConfig CONFIG = TransportConfig.builder("b:1", "g").build();

  @Test
  void damagedAnswers_neverMakeItFail() {
    List<PassId> passes = new ArrayList<>();
    Samples samples = new Samples(4);
    for (int i = 0; i < 4; i++) {
      passes.add(samples.pass());
    }
    new FuzzRun(Long.getLong("fuzz.seed", 13), (random, number) -> attempt(passes, samples, random))
        .check("Answers", Long.getLong("fuzz.answers", 2_000), "answered", "unanswered");
  }

  private String attempt(List<PassId> passes, Samples samples, ByteMutator random) {
    Counters counters = new Counters();
    OpenExchanges open = new OpenExchanges();
    AnswerHandler handler = new AnswerHandler(open, counters);
    List<CompletableFuture<List<int[]>>> futures = new ArrayList<>();
    List<Exchange> exchanges = new ArrayList<>();
    List<byte[]> arriving = List.of();
    for (PassId pass : passes) {
      CompletableFuture<List<int[]>> future = new CompletableFuture<>();
      Exchange exchange = exchange(pass, future);
      futures.add(future);
      exchanges.add(exchange);
      open.add(exchange);
      arriving = random.interleaved(arriving, random.disordered(answers(pass, samples, random)));
    }
    for (byte[] record : arriving) {
      byte[] other = random.oneOf(arriving);
      handler.handle(random.onceIn(2) ? random.damaged(record, other) : record);
      assertThat(handler.heldBytes()).isBetween(0L, ENOUGH_BYTES);
    }
    assertThat(counters.snapshot().recordsReceived()).isEqualTo(arriving.size());
    long answered = futures.stream().filter(AnswerFuzzTest::isAnswered).count();
    exchanges.forEach(handler::forget); // as the transport does when one ends
    handler.dropForgotten();
    assertThat(handler.heldBytes()).isZero();
    return answered > 0 ? "answered" : "unanswered";
  }

  private static boolean isAnswered(CompletableFuture<List<int[]>> future) {
    if (!future.isDone() || future.isCompletedExceptionally()) {
      return false;
    }
    List<int[]> parts = future.join();
    assertThat(parts).hasSize(2);
    assertThat(parts.get(0)).hasSize(30);
    assertThat(parts.get(1)).hasSize(28);
    return true;
  }

  private static List<byte[]> answers(PassId pass, Samples samples, ByteMutator random) {
    AnswerCodec codec = AnswerCodec.current();
    List<byte[]> answers = new ArrayList<>();
    answers.addAll(codec.encodeLayer(pass, 0, 0, ResidueField.P31, samples.residues(30), 30));
    answers.addAll(
        codec.encodeLayer(
            pass, 0, 1, ResidueField.P24, samples.residues(ResidueField.P24, 28), 28));
    if (random.onceIn(4)) {
      EdgeErrorCode code = random.oneOf(List.of(EdgeErrorCode.values()));
      answers.add(
          codec.encode(EdgeReplyView.refused(new PassRound(pass, 0, INSTANCE), code, "why")));
    }
    return answers;
  }

  private static Exchange exchange(PassId pass, CompletableFuture<List<int[]>> future) {
    return new Exchange(
        new PassRound(pass, 0, INSTANCE),
        List.of(),
        RESULTS,
        future,
        future::complete,
        new RetrySchedule(CONFIG, System.nanoTime(), () -> 0));
  }
}
