/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.lepcnn.flink.record.Handled;
import org.lepcnn.flink.record.OutgoingRecord;

/**
 * A step of the edge in its two forms, or several in a row: as operators of a job, and by itself in
 * one thread, where the next step takes at once what goes on.
 *
 * @param operators adds the operators to a stream, and their side outputs to the notices
 * @param alone opens the step without a job
 * @param <I> what it takes
 * @param <O> what goes on
 */
record EdgeStep<I, O>(
    BiFunction<DataStream<I>, List<DataStream<OutgoingRecord>>, DataStream<O>> operators,
    Supplier<Part<I, O>> alone) {
  /** What a step does with an element, apart from Flink's plumbing. */
  @FunctionalInterface
  interface Part<I, O> {
    Handled<O> take(I element, long nowMillis) throws IOException;
  }

  /** This step and then the next one, in both forms. */
  <P> EdgeStep<I, P> then(EdgeStep<O, P> next) {
    return new EdgeStep<>(
        (input, notices) -> next.operators.apply(operators.apply(input, notices), notices),
        () -> inARow(alone.get(), next.alone.get()));
  }

  private static <I, O, P> Part<I, P> inARow(Part<I, O> first, Part<O, P> second) {
    return (element, nowMillis) -> {
      Handled<O> handled = first.take(element, nowMillis);
      List<P> passed = new ArrayList<>();
      List<OutgoingRecord> notices = new ArrayList<>(handled.notices());
      for (O between : handled.passed()) {
        Handled<P> last = second.take(between, nowMillis);
        passed.addAll(last.passed());
        notices.addAll(last.notices());
      }
      return new Handled<>(passed, notices);
    };
  }
}
