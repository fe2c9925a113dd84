/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.session;

import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.lepcnn.core.model.Plan;
import org.lepcnn.core.port.RoundRequest;
import org.lepcnn.core.port.RoundResult;
import org.lepcnn.device.integrity.IntegrityException;
import org.lepcnn.device.session.Stopwatch.Phase;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One pass from its first stage to its last round. Every step runs on a worker of the session, one
 * at a time; the transport's thread only hands the result over.
 *
 * <ul>
 *   <li>The edge is at fault (integrity, refusal, silence): the pass ends there and is burned.
 *   <li>The device is at fault before round 0: nothing is sent, the pass is burned.
 *   <li>The device is at fault later: the application learns it at once, while the pass goes on to
 *       its last round with masked zeros, checks included, so that the edge cannot tell.
 * </ul>
 */
final class PrivatePass {
  private static final Logger LOG = LoggerFactory.getLogger(PrivatePass.class);

  private final SessionParts parts;
  private final PassSupply.Pass pass;
  private final Activations activations;
  private final Stopwatch stopwatch;
  private final CompletableFuture<PassResult> application;
  private final Runnable atEnd;
  private final Plan plan;

  private MaskedRounds rounds;
  private boolean failedOnDevice;
  private boolean ended;

  /**
   * @param application completed once, exceptionally at the first failure
   * @param atEnd called once, when nothing of the pass is left
   */
  PrivatePass(
      SessionParts parts,
      PassSupply.Pass pass,
      Map<String, HostTensor> inputs,
      Stopwatch stopwatch,
      CompletableFuture<PassResult> application,
      Runnable atEnd) {
    this.parts = parts;
    this.pass = pass;
    this.activations = parts.model().activations(inputs);
    this.stopwatch = stopwatch;
    this.application = application;
    this.atEnd = atEnd;
    this.plan = parts.model().plan();
  }

  /** Runs up to the first sending; the rest follows from the transport's answers. */
  void start() {
    try {
      rounds = new MaskedRounds(parts, pass, stopwatch);
      if (parts.challenges() != null) {
        // tables that cannot be read are found before anything is sent
        stopwatch.time(Phase.TABLE, () -> parts.challenges().ofPass(pass.number()));
      }
      advance(0);
    } catch (Throwable e) {
      end(e, null, false);
    }
  }

  /** Stage {@code round}, then round {@code round} or the end. */
  private void advance(int round) {
    RoundRequest request = null;
    PassResult result = null;
    if (!failedOnDevice) {
      try {
        stopwatch.time(Phase.STAGE, () -> parts.model().runStage(round, activations));
        if (round == plan.rounds()) {
          result = result();
        } else {
          long before = System.nanoTime();
          request = rounds.mask(round, activations);
          parts.model().endRound(round, activations);
          stopwatch.add(Phase.MASK, System.nanoTime() - before);
        }
      } catch (Throwable e) {
        failOnDevice(round, e);
      }
    }
    if (round == plan.rounds()) {
      end(null, result, true);
    } else if (failedOnDevice && round == 0) {
      end(null, null, false);
    } else {
      send(failedOnDevice ? rounds.maskOfZeros(round) : request);
    }
  }

  private void send(RoundRequest request) {
    observe(request);
    long sent = System.nanoTime();
    CompletableFuture<RoundResult> answer =
        parts.gate().send(() -> parts.transport().exchange(request));
    // while the edge works; the answer is taken up only after this
    rounds.prepareCheck(request);
    if (!failedOnDevice) {
      rounds.readTable(request.round());
    }
    answer
        .whenCompleteAsync(
            (result, error) -> {
              stopwatch.add(Phase.WAIT, System.nanoTime() - sent);
              received(request, result, Failures.unwrap(error));
            },
            parts.worker())
        .exceptionally(error -> null);
  }

  private void observe(RoundRequest request) {
    try {
      parts.observer().sending(request);
    } catch (RuntimeException e) {
      // an onlooker must not decide whether a round is sent
      LOG.warn("The observer of round {} failed", request.round(), e);
    }
  }

  private void received(RoundRequest request, RoundResult result, Throwable error) {
    try {
      if (error != null) {
        end(error, null, false);
        return;
      }
      stopwatch.time(Phase.CHECK, () -> rounds.check(request, result));
      rounds.recycle(request);
      if (!failedOnDevice) {
        unmask(request.round(), result);
      }
      advance(request.round() + 1);
    } catch (IntegrityException e) {
      parts.gate().recordFailure(e);
      end(e, null, false);
    } catch (Throwable e) {
      end(e, null, false);
    }
  }

  private void unmask(int round, RoundResult result) {
    try {
      rounds.unmask(result, activations);
    } catch (Throwable e) {
      failOnDevice(round + 1, e);
    }
  }

  private void failOnDevice(int round, Throwable error) {
    failedOnDevice = true;
    LOG.debug("Pass {} fails on the device before round {}", pass.number(), round);
    closeActivations();
    application.completeExceptionally(error);
  }

  private PassResult result() {
    return new PassResult(
        pass.number(),
        parts.model().outputs(activations),
        stopwatch.timings(),
        plan.inputElements() * Integer.BYTES,
        plan.outputElements() * Integer.BYTES,
        plan.rounds());
  }

  /** Ends a pass that no worker runs and that will get no answer any more. */
  void abandon(RuntimeException error) {
    end(error, null, false);
  }

  /** Ends the pass; with neither error nor result the application knows already. */
  private void end(Throwable error, PassResult result, boolean ranToItsEnd) {
    if (ended) {
      return;
    }
    ended = true;
    closeActivations();
    closeRounds();
    if (ranToItsEnd) {
      pass.finish();
    } else {
      pass.burn();
    }
    atEnd.run();
    if (error != null) {
      application.completeExceptionally(error);
    } else if (result != null) {
      application.complete(result);
    }
  }

  private void closeRounds() {
    try {
      if (rounds != null) {
        rounds.close();
      }
    } catch (RuntimeException e) {
      LOG.warn("Releasing the buffers of pass {}", pass.number(), e);
    }
  }

  private void closeActivations() {
    try {
      activations.close();
    } catch (RuntimeException e) {
      LOG.warn("Releasing the values of pass {}", pass.number(), e);
    }
  }
}
