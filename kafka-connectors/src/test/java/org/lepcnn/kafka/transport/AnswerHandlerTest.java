/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.kafka.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.lepcnn.core.field.ResidueField;
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

/** The handler against an edge that sends anything. */
class AnswerHandlerTest {
  private static final int ELEMENTS = 40;
  private static final Plan PLAN =
      new Plan(
          List.of(new MaskedTensorSpec(0, 0, ELEMENTS, ResidueField.P31)),
          List.of(new LinearLayerSpec(0, 0, ConvGeometry.fullyConnected(ELEMENTS, 1, 1))));

  private final Samples samples = new Samples(71);
  private final PassId pass = samples.pass();
  private final Counters counters = new Counters();
  private final OpenExchanges open = new OpenExchanges();
  private final AnswerHandler handler = new AnswerHandler(open, counters);

  @Test
  void changedRecords_neverMakeItFail() {
    byte[] right =
        AnswerCodec.current()
            .encodeLayer(pass, 0, 0, ResidueField.P31, new int[ELEMENTS], 40)
            .get(0);
    for (int at = 0; at < right.length; at++) {
      for (int bit = 0; bit < Byte.SIZE; bit++) {
        open.add(exchange(new CompletableFuture<>()));
        byte[] changed = right.clone();
        changed[at] ^= (byte) (1 << bit);
        handler.handle(changed);
        handler.handle(Arrays.copyOf(right, at));
      }
    }
    TransportStatistics statistics = counters.snapshot();
    assertThat(statistics.recordsReceived()).isEqualTo(16L * right.length);
    assertThat(statistics.malformed()).isGreaterThanOrEqualTo(8L * right.length);
    assertThat(statistics.unexpected()).isPositive();
  }

  @Test
  void exchangeThatEnded_leavesNothingBehindForItsSuccessor() {
    int elements = 300_000;
    Plan plan =
        new Plan(
            List.of(new MaskedTensorSpec(0, 0, elements, ResidueField.P31)),
            List.of(new LinearLayerSpec(0, 0, ConvGeometry.fullyConnected(elements, 1, 1))));
    List<byte[]> ones =
        AnswerCodec.current()
            .encodeLayer(pass, 0, 0, ResidueField.P31, filled(elements, 1), elements);
    List<byte[]> twos =
        AnswerCodec.current()
            .encodeLayer(pass, 0, 0, ResidueField.P31, filled(elements, 2), elements);
    Exchange first = exchange(plan, new CompletableFuture<>());
    open.add(first);
    handler.handle(ones.get(0));
    open.remove(first);
    handler.forget(first);
    CompletableFuture<List<int[]>> future = new CompletableFuture<>();
    open.add(exchange(plan, future));
    handler.handle(twos.get(0));
    handler.dropForgotten();
    handler.handle(twos.get(1));
    assertThat(future)
        .isCompletedWithValueMatching(r -> Arrays.equals(r.get(0), filled(elements, 2)));
  }

  /** What the edge says to a copy of the state is not said to this one. */
  @Test
  void repliesToAnotherInstance_changeNothing() {
    CompletableFuture<List<int[]>> future = new CompletableFuture<>();
    open.add(exchange(future));
    for (EdgeErrorCode code : EdgeErrorCode.values()) {
      handler.handle(refusal(code, new InstanceId(1, 3)));
    }
    assertThat(future).isNotDone();
    assertThat(open.all()).hasSize(1);
    assertThat(counters.snapshot().unexpected()).isEqualTo(EdgeErrorCode.values().length);
    assertThat(counters.snapshot().refusals()).isZero();
    handler.handle(refusal(EdgeErrorCode.STALE, new InstanceId(1, 2)));
    assertThat(future).isCompletedExceptionally();
  }

  @Test
  void textOfTheEdge_isPrintableInTheError() {
    CompletableFuture<List<int[]>> future = new CompletableFuture<>();
    open.add(exchange(future));
    handler.handle(refusal(EdgeErrorCode.STALE, new InstanceId(1, 2)));
    assertThat(future.handle((result, failure) -> failure.getMessage()).join())
        .contains("<U+001B>[2J<U+000A>forged line")
        .doesNotContain("\u001b", "\n");
  }

  /** The reader has the answers of other devices to bring. */
  @Test
  void aResultThatCannotBeTaken_failsItsRound_andTheHandlerGoesOn() {
    CompletableFuture<List<int[]>> future = new CompletableFuture<>();
    open.add(
        exchange(
            PLAN,
            future,
            parts -> {
              throw new IllegalStateException("says the test");
            }));
    handler.handle(
        AnswerCodec.current()
            .encodeLayer(pass, 0, 0, ResidueField.P31, new int[ELEMENTS], 40)
            .get(0));
    assertThat(future.handle((result, failure) -> failure.getMessage()).join())
        .isEqualTo("says the test");
    assertThat(open.all()).isEmpty();
  }

  /** As an edge writes it that does not use this code: the text is not made printable first. */
  private byte[] refusal(EdgeErrorCode code, InstanceId instance) {
    String text = "\u001b[2J\nforged line";
    byte[] value =
        AnswerCodec.current()
            .encode(
                EdgeReplyView.refused(
                    new PassRound(pass, 0, instance), code, "x".repeat(text.length())));
    byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(bytes, 0, value, value.length - bytes.length, bytes.length);
    return value;
  }

  private static int[] filled(int elements, int value) {
    int[] result = new int[elements];
    Arrays.fill(result, value);
    return result;
  }

  private Exchange exchange(CompletableFuture<List<int[]>> future) {
    return exchange(PLAN, future);
  }

  private Exchange exchange(Plan plan, CompletableFuture<List<int[]>> future) {
    return exchange(plan, future, future::complete);
  }

  private Exchange exchange(
      Plan plan, CompletableFuture<List<int[]>> future, Consumer<List<int[]>> completion) {
    return new Exchange(
        new PassRound(pass, 0, new InstanceId(1, 2)),
        List.of(),
        RoundShape.layersOf(plan, 0),
        future,
        completion,
        new RetrySchedule(TransportConfig.builder("b:1", "g").build(), System.nanoTime(), () -> 0));
  }
}
