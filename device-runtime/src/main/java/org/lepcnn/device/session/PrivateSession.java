/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.session;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.core.error.LepcnnException;
import org.lepcnn.core.model.DeviceHalf;
import org.lepcnn.core.port.EdgeTransport;
import org.lepcnn.device.claim.ClaimedPasses;
import org.lepcnn.device.claim.Failures;
import org.lepcnn.device.pass.PassContext;
import org.lepcnn.device.pass.PassResult;
import org.lepcnn.device.pass.Submission;
import org.lepcnn.device.stage.HostTensor;
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

  private final SessionResources own;
  private final PassContext context;
  private final ClaimedPasses passes;
  private final SessionOptions options;
  private final Turns turns;

  PrivateSession(
      SessionResources own, PassContext context, ClaimedPasses passes, SessionOptions options) {
    this.own = own;
    this.context = context;
    this.passes = passes;
    this.options = options;
    this.turns = new Turns(options.passesInFlight(), this::start);
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
    return own.model().half();
  }

  /**
   * How many passes the tables serve from here on; those that are reserved and not begun do not
   * count.
   */
  public long passesLeft() {
    return own.tables().passesLeftFrom(own.supply().nextPass());
  }

  /** Whether the edge failed its checks so often that nothing is sent to it any more. */
  public boolean quarantined() {
    return own.supply().integrityFailures() >= options.maxIntegrityFailures();
  }

  /** Integrity failures in the life of the chain. */
  public long integrityFailures() {
    return own.supply().integrityFailures();
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
   *     org.lepcnn.device.supply.QuarantinedException}, {@link
   *     org.lepcnn.core.port.EdgeRefusedException}, {@link
   *     org.lepcnn.core.quant.NonFiniteActivationException}, {@link BadInputException} when the
   *     inputs are not those of the model, or another {@link LepcnnException}; cancelling it stops
   *     nothing
   */
  public CompletableFuture<PassResult> submit(Map<String, HostTensor> inputs) {
    try {
      own.model().checkInputs(inputs);
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
    return turns.add(submission) ? submission.answer() : CompletableFuture.failedFuture(closed());
  }

  /**
   * Runs the device's and the transport's part of passes on zeros for up to some seconds, so that
   * the first pass finds compiled code and warm buffers. Uses up no pass, sends nothing, reads no
   * table. For gateways, before they report that they are ready.
   */
  public void warmUp() {
    try {
      CompletableFuture.runAsync(context::warmUp, own.worker()).join();
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
    turns.close(options.closeTimeout()).ifPresent(this::end);
  }

  private void end(List<Submission> unfinished) {
    boolean ended = endWorkers();
    for (Submission submission : unfinished) {
      if (ended) {
        submission.abandonPass(closed());
      }
      submission.answer().completeExceptionally(closed());
    }
    // a quarantined edge is sent nothing at all
    passes.close(ended && !quarantined() ? options.releaseTimeout() : Duration.ZERO);
    if (!unfinished.isEmpty()) {
      LOG.warn("Closed with {} passes unfinished; they are lost", unfinished.size());
    }
    if (ended) {
      own.model().close();
    }
    own.tables().close();
    own.supply().close();
  }

  /** Ends a session that nobody was given; supply and tables stay open. */
  void discard() {
    if (endWorkers()) {
      own.model().close();
    }
  }

  private void start(Submission submission) {
    own.worker().execute(() -> begin(submission));
  }

  private void begin(Submission submission) {
    try {
      if (model().plan().rounds() == 0) {
        PassResult result = submission.runLocally(own.model());
        turns.ended(submission);
        submission.answer().complete(result);
        return;
      }
      own.gate().requireOpen();
      CompletableFuture<PassSupply.Pass> next = passes.next();
      if (next.isDone()) { // a pass of a reservation that is claimed: no other thread is needed
        run(submission, next.join());
        return;
      }
      next.whenCompleteAsync(
              (pass, error) -> {
                if (error == null) {
                  run(submission, pass);
                } else {
                  fail(submission, Failures.unwrap(error));
                }
              },
              own.worker())
          .exceptionally(error -> null);
    } catch (Throwable e) {
      fail(submission, Failures.unwrap(e));
    }
  }

  private void run(Submission submission, PassSupply.Pass pass) {
    submission.run(context, pass, () -> passEnded(submission, pass.number()));
  }

  private void fail(Submission submission, Throwable error) {
    turns.ended(submission);
    submission.answer().completeExceptionally(error);
  }

  private void passEnded(Submission submission, long number) {
    try {
      own.tables().discardBefore(passes.ended(number));
    } catch (RuntimeException e) {
      LOG.warn("Decryption tables that are used up could not be deleted", e);
    }
    turns.ended(submission);
  }

  private boolean endWorkers() {
    own.gate().shut();
    own.worker().shutdown();
    try {
      return own.worker().awaitTermination(WORKER_END_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return own.worker().isTerminated();
    }
  }

  private static EnvironmentException closed() {
    return new EnvironmentException("Running a pass: the session is closed. Open another one.");
  }
}
