/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.kafka.transport;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.core.port.CallId;
import org.lepcnn.core.port.EdgeCall;
import org.lepcnn.core.port.InstanceId;
import org.lepcnn.core.text.Printable;
import org.lepcnn.kafka.chunk.RoundShape;

/**
 * A claim, release or round without an answer. It holds the records as they were sent, so that a
 * repetition is identical even if the caller changes the tensor too early.
 */
final class Exchange {
  private final CallId id;
  private final InstanceId instance;
  private final List<byte[]> records;
  private final RoundShape results; // empty for a claim or release
  private final CompletableFuture<?> future;
  private final Consumer<List<int[]>> completion;
  private final RetrySchedule schedule;
  private final AtomicInteger unacknowledged = new AtomicInteger();
  private int chunksReceived;
  private @Nullable String lastRefusal;
  private @Nullable String lastSendError;

  Exchange(
      EdgeCall call,
      List<byte[]> records,
      RoundShape results,
      CompletableFuture<?> future,
      Consumer<List<int[]>> completion,
      RetrySchedule schedule) {
    this.id = call.id();
    this.instance = call.instance();
    this.records = records;
    this.results = results;
    this.future = future;
    this.completion = completion;
    this.schedule = schedule;
  }

  CallId id() {
    return id;
  }

  InstanceId instance() {
    return instance;
  }

  List<byte[]> records() {
    return records;
  }

  RoundShape results() {
    return results;
  }

  void complete(List<int[]> parts) {
    try {
      completion.accept(parts);
    } catch (RuntimeException e) {
      fail(e); // the thread that brought the answer has others to bring
    }
  }

  void fail(Throwable failure) {
    future.completeExceptionally(failure);
  }

  void sending(int count) {
    unacknowledged.addAndGet(count);
  }

  /** A record was acknowledged or, with an error, given up by the producer. */
  void sent(@Nullable Exception error) {
    unacknowledged.decrementAndGet();
    if (error != null) {
      synchronized (this) {
        lastSendError = Printable.line(error.toString());
      }
    }
  }

  synchronized RetrySchedule.Action due(long now) {
    return schedule.due(now, unacknowledged.get() > 0);
  }

  synchronized void refused(String refusal, long now) {
    lastRefusal = refusal;
    schedule.refused(now);
  }

  synchronized void received() {
    chunksReceived++;
  }

  /**
   * The error that ends the patience.
   *
   * @param readerTrouble what is wrong with reading results, if anything
   */
  synchronized EnvironmentException patienceOver(
      TransportConfig config, @Nullable String readerTrouble) {
    StringBuilder message =
        new StringBuilder("Waiting for the edge's answer to " + id + ": expected one within ")
            .append(config.patience().toSeconds())
            .append(" s; found none after ")
            .append(schedule.attempts())
            .append(" attempts");
    if (results.parts() > 0) {
      message.append(", ").append(chunksReceived).append(" of ").append(results.chunks());
      message.append(" result chunks");
    }
    message.append('.');
    append(message, " The edge's last refusal: ", lastRefusal);
    append(message, " The last failure to send: ", lastSendError);
    append(message, " The last failure to read results: ", readerTrouble);
    message.append(" Is the edge job running, and does it read the topics of gateway ");
    message.append(config.gateway()).append('?');
    return new EnvironmentException(message.toString());
  }

  private static void append(StringBuilder message, String intro, @Nullable String text) {
    if (text != null) {
      message.append(intro).append(text).append(text.endsWith(".") ? "" : ".");
    }
  }
}
