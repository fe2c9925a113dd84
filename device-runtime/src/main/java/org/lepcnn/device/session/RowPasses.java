/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.session;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.error.LepcnnException;
import org.lepcnn.core.model.DeviceHalf;
import org.lepcnn.device.claim.Failures;
import org.lepcnn.device.pass.PassResult;
import org.lepcnn.device.stage.HostTensor;
import org.lepcnn.device.stage.RowTensors;

/**
 * Runs single inputs through a session whose passes take several: it collects inputs until a pass
 * is full, and gives each its own answer. A session of a model without a batch is used as it is.
 *
 * <p>Rows that nothing came for are zeros, and so are those of inputs that are refused: all rows
 * are masked, so that the edge cannot tell how many there were. An input that fails on the device
 * is answered with its failure when its pass ends, and spoils no other: a row with a NaN is run on
 * as zeros; when a stage fails, which fails all rows, each is run again in a pass of its own, and
 * the edge can count those passes.
 *
 * <p>Thread-safe. The session stays the caller's and is closed after this.
 */
public final class RowPasses implements AutoCloseable {
  private final PrivateSession session;
  private final RowTensors tensors;
  private final int batch;
  private final Duration wait;

  /** Null when nobody waits for a pass to fill, or every input is a pass. */
  private final @Nullable ScheduledExecutorService timer;

  /** The rows of the pass that is not full; guarded by this. */
  private List<Row> collected = new ArrayList<>();

  /** How many passes were begun; guarded by this. */
  private long begun;

  /**
   * One input.
   *
   * @param inputs none when it is refused
   * @param refused why it has no inputs; null when it has
   */
  private record Row(
      Map<String, HostTensor> inputs,
      @Nullable LepcnnException refused,
      CompletableFuture<PassResult> answer) {}

  private RowPasses(PrivateSession session, Duration wait, boolean waits) {
    this.session = session;
    DeviceHalf model = session.model();
    this.tensors = new RowTensors(model);
    this.batch = model.batch();
    this.wait = wait;
    this.timer =
        waits && batch > 1 ? Executors.newSingleThreadScheduledExecutor(RowPasses::thread) : null;
  }

  /** Of a session whose last pass begins with {@link #flush}, full or not. */
  public static RowPasses of(PrivateSession session) {
    return new RowPasses(session, Duration.ZERO, false);
  }

  /**
   * Of a session whose passes begin when they are full, or some time after their first input came.
   *
   * @param wait that time
   */
  public static RowPasses of(PrivateSession session, Duration wait) {
    return new RowPasses(session, wait, true);
  }

  private static Thread thread(Runnable task) {
    Thread thread = new Thread(task, "lepcnn-rows");
    thread.setDaemon(true);
    return thread;
  }

  /**
   * Runs one input in the next pass.
   *
   * @param inputs of one row, by name; the arrays must not be changed before the future completes
   * @return as {@link PrivateSession#submit}; the numbers of the result are those of the whole pass
   */
  public CompletableFuture<PassResult> submit(Map<String, HostTensor> inputs) {
    if (batch == 1) {
      return session.submit(inputs);
    }
    try {
      tensors.check(inputs);
    } catch (BadInputException e) {
      return submitRefused(e);
    }
    return add(new Row(inputs, null, new CompletableFuture<>()));
  }

  /**
   * Takes the place of an input that has to be refused; as {@link PrivateSession#submitRefused}.
   */
  public CompletableFuture<PassResult> submitRefused(LepcnnException why) {
    return batch == 1
        ? session.submitRefused(why)
        : add(new Row(Map.of(), why, new CompletableFuture<>()));
  }

  private synchronized CompletableFuture<PassResult> add(Row row) {
    collected.add(row);
    if (collected.size() == batch) {
      flush();
    } else if (collected.size() == 1 && timer != null) {
      long number = begun;
      var unused = timer.schedule(() -> flushIfStill(number), wait.toNanos(), TimeUnit.NANOSECONDS);
    }
    return row.answer();
  }

  private synchronized void flushIfStill(long number) {
    if (begun == number) {
      flush();
    }
  }

  /** Begins a pass with what was collected, if anything was. */
  public synchronized void flush() {
    if (!collected.isEmpty()) {
      List<Row> rows = collected;
      collected = new ArrayList<>();
      begun++;
      run(rows);
    }
  }

  private void run(List<Row> rows) {
    var unused =
        session
            .submit(tensors.join(rows.stream().map(Row::inputs).toList()))
            .whenComplete(
                (result, failure) -> {
                  if (failure == null) {
                    answer(rows, result);
                  } else {
                    fail(rows, Failures.unwrap(failure));
                  }
                });
  }

  private void answer(List<Row> rows, PassResult result) {
    List<Map<String, HostTensor>> outputs = tensors.split(result.outputs(), rows.size());
    for (int i = 0; i < rows.size(); i++) {
      Row row = rows.get(i);
      LepcnnException why = row.refused() == null ? result.failedRows().get(i) : row.refused();
      if (why == null) {
        row.answer().complete(result.withOutputs(outputs.get(i)));
      } else {
        row.answer().completeExceptionally(why);
      }
    }
  }

  private void fail(List<Row> rows, Throwable failure) {
    boolean again = failure instanceof BadInputException && rows.size() > 1;
    for (Row row : rows) {
      if (row.refused() != null) {
        row.answer().completeExceptionally(row.refused());
      } else if (again) {
        run(List.of(row));
      } else {
        row.answer().completeExceptionally(failure);
      }
    }
  }

  /** Begins the pass that is not full, and waits no more. */
  @Override
  public void close() {
    if (timer != null) {
      timer.shutdownNow();
    }
    flush();
  }
}
