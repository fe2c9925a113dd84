/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.pass;

import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.lepcnn.core.model.Plan;
import org.lepcnn.core.port.RoundRequest;
import org.lepcnn.core.port.RoundResult;
import org.lepcnn.device.claim.Failures;
import org.lepcnn.device.integrity.IntegrityException;
import org.lepcnn.device.pass.MaskedRounds.CheckedResult;
import org.lepcnn.device.pass.Stopwatch.Lap;
import org.lepcnn.device.stage.Activations;
import org.lepcnn.device.stage.HostTensor;
import org.lepcnn.device.supply.PassSupply;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One pass from its first stage to its last round. Every step runs on a worker of the session, one
 * at a time; the transport's thread only hands the result over.
 *
 * <ul>
 *   <li>The edge is at fault (integrity, refusal, silence): the pass ends there and is burned.
 *   <li>The device is at fault before round 0 (an input that is refused, a NaN, a stage that
 *       fails): the pass runs on zeros instead, through all its steps.
 *   <li>The device is at fault later: the pass goes on to its last round with masked zeros.
 * </ul>
 *
 * <p>In all of them what is sent, in which order and under which ids, follows from the edge's
 * behaviour alone. The application learns of a failure when the pass ends, as it learns an answer,
 * so that what it does next comes no earlier either; and when the edge is at fault, too, it learns
 * that, as it would with any input.
 */
final class PrivatePass {
  private static final Logger LOG = LoggerFactory.getLogger(PrivatePass.class);

  private final PassContext context;
  private final PassSupply.Pass pass;
  private final Stopwatch stopwatch = new Stopwatch();
  private final CompletableFuture<PassResult> application;
  private final Runnable atEnd;
  private final Plan plan;

  /** The values of the pass; null when there are none any more and zeros are sent. */
  private @Nullable Activations activations;

  /** What failed on the device first; null for nothing. */
  private @Nullable Throwable failure;

  /** Null until the pass starts. */
  private @Nullable MaskedRounds rounds;

  /** What the application gets; null until the last stage has run, and after a failure. */
  private @Nullable PassResult result;

  private long begun;
  private boolean ended;

  /**
   * @param submission its inputs, or why it has none; its answer is completed once, at the pass's
   *     end
   * @param atEnd called once, when nothing of the pass is left
   */
  PrivatePass(PassContext context, PassSupply.Pass pass, Submission submission, Runnable atEnd) {
    this.context = context;
    this.pass = pass;
    this.failure = submission.refused;
    this.activations = context.model().activations(failure == null ? submission.inputs : zeros());
    this.application = submission.answer();
    this.atEnd = atEnd;
    this.plan = context.model().plan();
  }

  /** Runs up to the first sending; the rest follows from the transport's answers. */
  void start() {
    begun = context.pacer().begin();
    try {
      rounds = new MaskedRounds(context.rounds(), pass, stopwatch);
      ChallengeCache challenges = context.rounds().challenges();
      // tables that cannot be read are found before anything is sent
      stopwatch.time(Lap.TABLE, () -> challenges.ofPass(pass.number()));
      advance(0);
    } catch (Throwable e) {
      end(e, false);
    }
  }

  /** Stage {@code round}, then round {@code round} or the end. */
  private void advance(int round) {
    RoundRequest request = compute(round);
    if (round == plan.rounds()) {
      end(null, true);
    } else {
      RoundRequest next = request == null ? rounds().maskOfZeros(round) : request;
      context.pacer().run(begun, context.worker(), () -> sendOrEnd(next));
    }
  }

  /** Runs a stage; returns the round's request, or null after the last stage or a failure. */
  private @Nullable RoundRequest compute(int round) {
    while (activations != null) {
      try {
        return compute(round, activations);
      } catch (Throwable e) {
        failOnDevice(round, e);
      }
    }
    return null;
  }

  private @Nullable RoundRequest compute(int round, Activations values) {
    stopwatch.time(Lap.STAGE, () -> context.model().runStage(round, values));
    if (round < plan.rounds()) {
      return mask(round, values);
    }
    if (failure == null) {
      result = result(values);
    }
    return null;
  }

  private RoundRequest mask(int round, Activations values) {
    long before = System.nanoTime();
    RoundRequest request = rounds().mask(round, values);
    context.model().endRound(round, values);
    stopwatch.add(Lap.MASK, System.nanoTime() - before);
    return request;
  }

  private void sendOrEnd(RoundRequest request) {
    if (ended) {
      return;
    }
    try {
      send(request);
    } catch (Throwable e) {
      end(e, false);
    }
  }

  private void send(RoundRequest request) {
    observe(request);
    long sent = System.nanoTime();
    CompletableFuture<RoundResult> answer =
        context.gate().send(() -> context.transport().exchange(request));
    // while the edge works; the answer is taken up only after this
    rounds().prepareCheck(request);
    if (activations != null) {
      rounds().readTable(request.round());
    }
    answer
        .whenCompleteAsync(
            (found, error) -> {
              stopwatch.add(Lap.WAIT, System.nanoTime() - sent);
              if (error == null) {
                received(request, found);
              } else {
                end(Failures.unwrap(error), false);
              }
            },
            context.worker())
        .exceptionally(error -> null);
  }

  private void observe(RoundRequest request) {
    try {
      context.observer().sending(request);
    } catch (RuntimeException e) {
      // an onlooker must not decide whether a round is sent
      LOG.warn("The observer of round {} failed", request.round(), e);
    }
  }

  private void received(RoundRequest request, RoundResult answer) {
    try {
      long before = System.nanoTime();
      CheckedResult checked = rounds().check(request, answer);
      stopwatch.add(Lap.CHECK, System.nanoTime() - before);
      rounds().recycle(request);
      unmask(request.round(), checked);
      advance(request.round() + 1);
    } catch (IntegrityException e) {
      context.gate().recordFailure(e);
      end(e, false);
    } catch (Throwable e) {
      end(e, false);
    }
  }

  private void unmask(int round, CheckedResult checked) {
    if (activations == null) {
      return;
    }
    try {
      rounds().unmask(checked, activations);
    } catch (Throwable e) {
      failOnDevice(round + 1, e);
    }
  }

  /** Goes on with zeros: as the inputs, once, while nothing was sent, else as masked tensors. */
  private void failOnDevice(int round, Throwable error) {
    LOG.debug("Pass {} fails on the device before round {}", pass.number(), round, error);
    closeActivations();
    activations = round == 0 && failure == null ? context.model().activations(zeros()) : null;
    if (failure == null) {
      failure = error;
    }
  }

  private Map<String, HostTensor> zeros() {
    return context.model().zeroInputs();
  }

  private PassResult result(Activations values) {
    return new PassResult(
        pass.number(),
        context.model().outputs(values),
        stopwatch.timings(),
        plan.inputBytes(),
        plan.outputBytes(),
        plan.rounds(),
        rounds().failedRows());
  }

  /** Ends a pass that no worker runs and that will get no answer any more. */
  void abandon(RuntimeException error) {
    end(error, false);
  }

  /**
   * Ends the pass.
   *
   * @param fault of the edge or of the session; null when there is none
   */
  private void end(@Nullable Throwable fault, boolean ranToItsEnd) {
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
    Throwable told = fault == null ? failure : fault;
    if (told == null) {
      application.complete(result);
    } else {
      application.completeExceptionally(told);
    }
  }

  /** Every step but the first comes after {@link #start}, which makes them. */
  private MaskedRounds rounds() {
    return Objects.requireNonNull(rounds, "rounds");
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
      if (activations != null) {
        activations.close();
      }
    } catch (RuntimeException e) {
      LOG.warn("Releasing the values of pass {}", pass.number(), e);
    }
  }
}
