/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.claim;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.lepcnn.core.port.EdgeErrorCode;
import org.lepcnn.core.port.EdgeRefusedException;
import org.lepcnn.core.port.EdgeTransport;
import org.lepcnn.core.port.ForwardingEdgeTransport;
import org.lepcnn.core.port.InstanceId;
import org.lepcnn.core.port.PassClaim;
import org.lepcnn.core.port.PassRelease;
import org.lepcnn.core.port.RoundRequest;
import org.lepcnn.core.port.RoundResult;
import org.lepcnn.device.supply.PassSupply;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A transport that repeats claims which the edge has forgotten, for instance when it lost its state
 * or went back to a checkpoint:
 *
 * <ul>
 *   <li>A claim of passes that an earlier instance of this state gave back is refused, because the
 *       edge does not know that: the release is repeated, then the claim, once.
 *   <li>A round is refused for want of a claim: the claim that covers it is repeated, then the
 *       identical round, a few times at most.
 * </ul>
 *
 * <p>What is repeated was sent before or carries no tensor, and the edge judges it by the same
 * rules: a copied state gains nothing by it. Repetitions go through the {@link SendGate}.
 */
public final class ClaimRepeatingTransport extends ForwardingEdgeTransport {
  private static final Logger LOG = LoggerFactory.getLogger(ClaimRepeatingTransport.class);
  private static final int MAX_REPETITIONS = 3;
  private static final int MAX_CLAIMS = 64;

  private final PassSupply supply;
  private final SendGate gate;
  private final Executor worker;

  /** Accepted claims by first pass, the latest ones. */
  private final TreeMap<Long, PassClaim> claims = new TreeMap<>();

  /** Claims on their way for the second time; several rounds may wait for one. */
  private final Map<PassClaim, CompletableFuture<Void>> repeating = new HashMap<>();

  /**
   * @param worker repeats: the transport's own threads must not be held up by what is sent again
   */
  public ClaimRepeatingTransport(
      PassSupply supply, EdgeTransport transport, SendGate gate, Executor worker) {
    super(transport);
    this.supply = supply;
    this.gate = gate;
    this.worker = worker;
  }

  @Override
  public CompletableFuture<Void> claim(PassClaim claim) {
    return super.claim(claim)
        .exceptionallyComposeAsync(error -> releaseAndClaim(claim, error), worker)
        .thenRun(() -> remember(claim));
  }

  @Override
  public CompletableFuture<RoundResult> exchange(RoundRequest request) {
    return exchange(request, MAX_REPETITIONS);
  }

  /** The transport stays the caller's. */
  @Override
  public void close() {}

  private CompletableFuture<Void> releaseAndClaim(PassClaim claim, Throwable error) {
    Optional<InstanceId> former = supply.releasedBefore(claim.firstPass());
    if (former.isEmpty() || !isRefusal(error, EdgeErrorCode.CLAIMED_BY_ANOTHER_INSTANCE)) {
      return CompletableFuture.failedFuture(error);
    }
    LOG.info("The edge does not know that passes from {} on were released", claim.firstPass());
    PassRelease release =
        new PassRelease(
            claim.device(), claim.chain(), claim.model(), claim.firstPass(), former.get());
    return gated(() -> release(release))
        .thenComposeAsync(done -> gated(() -> super.claim(claim)), worker)
        // the first refusal says more than that of the repetition
        .exceptionallyCompose(again -> CompletableFuture.failedFuture(error));
  }

  private CompletableFuture<RoundResult> exchange(RoundRequest request, int repetitions) {
    return super.exchange(request)
        .exceptionallyComposeAsync(
            error -> {
              Optional<PassClaim> claim = claimOf(request.pass().pass());
              boolean unclaimed =
                  isRefusal(error, EdgeErrorCode.NOT_CLAIMED)
                      || isRefusal(error, EdgeErrorCode.CLAIMED_BY_ANOTHER_INSTANCE);
              if (!unclaimed || claim.isEmpty() || repetitions == 0) {
                return CompletableFuture.failedFuture(error);
              }
              return repeat(claim.get())
                  .thenComposeAsync(
                      done -> gated(() -> exchange(request, repetitions - 1)), worker);
            },
            worker);
  }

  private CompletableFuture<Void> repeat(PassClaim claim) {
    CompletableFuture<Void> answer;
    synchronized (this) {
      CompletableFuture<Void> underWay = repeating.get(claim);
      if (underWay != null) {
        return underWay;
      }
      answer = new CompletableFuture<>();
      repeating.put(claim, answer);
    }
    LOG.info(
        "The edge does not know the claim of passes {} to {} any more; repeating it",
        claim.firstPass(),
        claim.lastPass());
    gated(() -> claim(claim))
        .whenComplete(
            (done, error) -> {
              synchronized (this) {
                repeating.remove(claim);
              }
              if (error == null) {
                answer.complete(null);
              } else {
                answer.completeExceptionally(Failures.unwrap(error));
              }
            })
        .exceptionally(error -> null);
    return answer;
  }

  private <T> CompletableFuture<T> gated(Supplier<CompletableFuture<T>> sending) {
    try {
      return gate.send(sending);
    } catch (RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  private synchronized void remember(PassClaim claim) {
    claims.put(claim.firstPass(), claim);
    while (claims.size() > MAX_CLAIMS) {
      claims.pollFirstEntry();
    }
  }

  private synchronized Optional<PassClaim> claimOf(long pass) {
    return Optional.ofNullable(claims.floorEntry(pass))
        .map(Map.Entry::getValue)
        .filter(claim -> pass <= claim.lastPass());
  }

  private static boolean isRefusal(Throwable error, EdgeErrorCode code) {
    return Failures.unwrap(error) instanceof EdgeRefusedException refused && refused.code() == code;
  }
}
