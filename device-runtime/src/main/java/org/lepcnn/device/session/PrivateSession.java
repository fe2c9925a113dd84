/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.session;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.core.error.LepcnnException;
import org.lepcnn.core.model.DeviceHalf;
import org.lepcnn.core.port.EdgeTransport;
import org.lepcnn.device.supply.PassSupply;
import org.lepcnn.device.supply.PassTables;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs passes of one model privately, several at a time.
 *
 * <p>Against an edge and a broker that may do anything: what is sent is masked by a key that is
 * used once; no value of an unchecked result enters a device stage while the check is on; after
 * {@code maxIntegrityFailures} forgeries nothing is sent any more. Not hidden: shapes, the number
 * of passes, timing, and the round at which a pass stopped because of the edge.
 *
 * <p>Thread-safe. Futures complete on a thread of the session; whoever has more to do than to take
 * the result uses the {@code Async} methods, and never closes the session from there.
 */
public final class PrivateSession implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(PrivateSession.class);
  private static final long WORKER_END_SECONDS = 5;

  private final SessionParts parts;
  private final SessionOptions options;
  private final ExecutorService worker;
  private final ClaimedPasses passes;

  private final Object lock = new Object();
  private final Queue<Submission> waiting = new ArrayDeque<>();
  private final Set<Submission> running = new HashSet<>();
  private boolean closing;

  PrivateSession(SessionParts parts, SessionOptions options, ExecutorService worker) {
    this.parts = parts;
    this.options = options;
    this.worker = worker;
    this.passes =
        new ClaimedPasses(
            parts.supply(),
            parts.tables(),
            parts.transport(),
            parts.gate(),
            options.passesPerReservation(),
            worker);
  }

  /**
   * Starts building a session.
   *
   * @param supply closed with the session
   * @param tables closed with the session
   * @param transport stays the caller's
   */
  public static PrivateSessionBuilder builder(
      PassSupply supply, PassTables tables, EdgeTransport transport) {
    return new PrivateSessionBuilder(supply, tables, transport);
  }

  /** The model that the session runs. */
  public DeviceHalf model() {
    return parts.model().half();
  }

  /** Integrity failures in the life of the chain. */
  public long integrityFailures() {
    return parts.supply().integrityFailures();
  }

  /**
   * Runs one pass. When {@code passesInFlight} are running it waits its turn in memory.
   *
   * <p>An input that fails on the device (not the model's names, types or shapes, a NaN, a stage
   * that fails) is run as a pass on zeros all the same, and its failure is told when that pass
   * ends: what the edge sees does not depend on it, nor does the time at which the application
   * reacts.
   *
   * @param inputs by name; the arrays must not be changed before the future completes
   * @return completes with the outputs when the pass has ended; exceptionally with {@link
   *     org.lepcnn.device.integrity.IntegrityException}, {@link
   *     org.lepcnn.device.state.QuarantinedException}, {@link
   *     org.lepcnn.core.port.EdgeRefusedException}, {@link
   *     org.lepcnn.core.quant.NonFiniteActivationException}, {@link BadInputException} when the
   *     inputs are not those of the model, or another {@link LepcnnException}; cancelling it stops
   *     nothing
   */
  public CompletableFuture<PassResult> submit(Map<String, HostTensor> inputs) {
    try {
      parts.model().checkInputs(inputs);
    } catch (BadInputException e) {
      return submitRefused(e);
    }
    return submit(Submission.of(inputs));
  }

  /**
   * Runs a pass on zeros in the place of an input that the application has to refuse, a picture
   * that cannot be read, say. It costs a pass, and the edge cannot tell it from any other.
   *
   * @param why what the future fails with
   * @return completes when the pass has ended, exceptionally always: with {@code why}, or as {@link
   *     #submit} does for any input
   */
  public CompletableFuture<PassResult> submitRefused(LepcnnException why) {
    return submit(Submission.refused(why));
  }

  private CompletableFuture<PassResult> submit(Submission submission) {
    synchronized (lock) {
      if (closing) {
        return CompletableFuture.failedFuture(closed());
      }
      waiting.add(submission);
      startWaiting();
    }
    return submission.application;
  }

  /**
   * Runs the device's and the transport's part of passes on zeros for up to some seconds, so that
   * the first pass finds compiled code and warm buffers. Uses up no pass, sends nothing, reads no
   * table. For gateways, before they report that they are ready.
   */
  public void warmUp() {
    try {
      CompletableFuture.runAsync(
              () -> {
                new Rehearsal(parts).run();
                parts.tables().warmUp();
                parts.transport().warmUp(model().plan());
              },
              worker)
          .join();
    } catch (RejectedExecutionException e) {
      throw closed();
    } catch (CompletionException e) {
      throw Failures.rethrown(e);
    }
  }

  /**
   * Refuses new submissions, waits for those made, then closes the tables and the state. What has
   * not ended after the timeout fails, and its passes stay used up. Passes that were claimed and
   * not used are released and kept, if the edge accepts that in time.
   */
  @Override
  public void close() {
    List<Submission> unfinished = drain();
    if (unfinished == null) {
      return;
    }
    boolean ended = endWorkers();
    for (Submission submission : unfinished) {
      if (ended && submission.pass != null) {
        submission.pass.abandon(closed());
      }
      submission.application.completeExceptionally(closed());
    }
    passes.close(ended && mayRelease() ? options.releaseTimeout() : Duration.ZERO);
    if (!unfinished.isEmpty()) {
      LOG.warn("Closed with {} passes unfinished; they are lost", unfinished.size());
    }
    if (ended) {
      parts.model().close();
    }
    parts.tables().close();
    parts.supply().close();
  }

  /** Ends a session that nobody was given; supply and tables stay open. */
  void discard() {
    if (endWorkers()) {
      parts.model().close();
    }
  }

  /** A quarantined edge is sent nothing at all. */
  private boolean mayRelease() {
    return parts.supply().integrityFailures() < options.maxIntegrityFailures();
  }

  /** Called under the lock. */
  private void startWaiting() {
    while (running.size() < options.passesInFlight() && !waiting.isEmpty()) {
      Submission submission = waiting.remove();
      running.add(submission);
      worker.execute(() -> begin(submission));
    }
  }

  private void begin(Submission submission) {
    try {
      if (model().plan().rounds() == 0) {
        PassResult result = submission.runLocally(parts.model());
        ended(submission);
        submission.application.complete(result);
        return;
      }
      parts.gate().requireOpen();
      passes
          .next()
          .whenCompleteAsync(
              (pass, error) -> {
                if (error == null) {
                  run(submission, pass);
                } else {
                  fail(submission, Failures.unwrap(error));
                }
              },
              worker)
          .exceptionally(error -> null);
    } catch (Throwable e) {
      fail(submission, e);
    }
  }

  private void run(Submission submission, PassSupply.Pass pass) {
    submission.pass =
        new PrivatePass(
            parts,
            pass,
            submission.inputs,
            submission.refused,
            new Stopwatch(),
            submission.application,
            () -> passEnded(submission, pass.number()));
    submission.pass.start();
  }

  private void fail(Submission submission, Throwable error) {
    ended(submission);
    submission.application.completeExceptionally(error);
  }

  private void passEnded(Submission submission, long number) {
    try {
      parts.tables().discardBefore(passes.ended(number));
    } catch (RuntimeException e) {
      LOG.warn("Decryption tables that are used up could not be deleted", e);
    }
    ended(submission);
  }

  private void ended(Submission submission) {
    synchronized (lock) {
      running.remove(submission);
      startWaiting();
      lock.notifyAll();
    }
  }

  /** Waits for all submissions; null when the session was closed before. */
  private List<Submission> drain() {
    long deadline = System.nanoTime() + options.closeTimeout().toNanos();
    synchronized (lock) {
      if (closing) {
        return null;
      }
      closing = true;
      boolean interrupted = false;
      while (!interrupted && !(running.isEmpty() && waiting.isEmpty())) {
        long millis = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
        if (millis <= 0) {
          break;
        }
        try {
          lock.wait(millis);
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
      List<Submission> unfinished = new ArrayList<>(running);
      unfinished.addAll(waiting);
      waiting.clear();
      return unfinished;
    }
  }

  private boolean endWorkers() {
    parts.gate().shut();
    worker.shutdown();
    try {
      return worker.awaitTermination(WORKER_END_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return worker.isTerminated();
    }
  }

  private static EnvironmentException closed() {
    return new EnvironmentException("Running a pass: the session is closed. Open another one.");
  }
}
