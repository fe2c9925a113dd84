/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.testkit;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.lepcnn.core.kernel.ScalarKernels;
import org.lepcnn.core.model.EdgeHalf;
import org.lepcnn.core.model.Plan;
import org.lepcnn.core.port.EdgeTransport;
import org.lepcnn.core.port.InProcessEdge;
import org.lepcnn.core.port.PassClaim;
import org.lepcnn.core.port.PassRelease;
import org.lepcnn.core.port.RoundRequest;
import org.lepcnn.core.port.RoundResult;

/** An edge that remembers what it saw, answers on threads of its own and forges on demand. */
public final class FakeEdge implements EdgeTransport {
  public static final String THREAD = "fake-edge";

  /** A masked tensor as it was on its way. */
  public record Seen(long pass, int round, int tensor, int[] residues) {}

  public final List<PassClaim> claims = new CopyOnWriteArrayList<>();
  public final List<PassRelease> releases = new CopyOnWriteArrayList<>();
  public final List<Seen> seen = new CopyOnWriteArrayList<>();

  public final AtomicInteger warmUps = new AtomicInteger();

  /** What a warm-up fails with; null for nothing. */
  public volatile RuntimeException warmUpFailure;

  /** What happened in which order; may be shared with others. */
  public final List<String> log;

  /** Answers a claim. */
  public volatile Function<PassClaim, CompletableFuture<Void>> onClaim =
      claim -> CompletableFuture.completedFuture(null);

  /** Answers a release. */
  public volatile Function<PassRelease, CompletableFuture<Void>> onRelease =
      release -> CompletableFuture.completedFuture(null);

  /** Makes an answer of the right one; runs on a thread of the edge and may block it. */
  public volatile BiFunction<RoundRequest, RoundResult, RoundResult> forge =
      (request, result) -> result;

  private final InProcessEdge edge;
  private final ExecutorService thread =
      Executors.newFixedThreadPool(
          4,
          work -> {
            Thread made = new Thread(work, THREAD);
            made.setDaemon(true);
            return made;
          });

  public FakeEdge(EdgeHalf half, List<String> log) {
    this.edge = new InProcessEdge(half, new ScalarKernels());
    this.log = log;
  }

  @Override
  public CompletableFuture<Void> claim(PassClaim claim) {
    claims.add(claim);
    log.add("claim " + claim.firstPass() + "-" + claim.lastPass());
    return onClaim.apply(claim);
  }

  @Override
  public void warmUp(Plan plan) {
    warmUps.incrementAndGet();
    if (warmUpFailure != null) {
      throw warmUpFailure;
    }
  }

  @Override
  public CompletableFuture<Void> release(PassRelease release) {
    releases.add(release);
    log.add("release " + release.firstFree());
    return onRelease.apply(release);
  }

  @Override
  public CompletableFuture<RoundResult> exchange(RoundRequest request) {
    log.add("send " + request.pass().pass() + "/" + request.round());
    for (RoundRequest.Tensor tensor : request.tensors()) {
      seen.add(
          new Seen(request.pass().pass(), request.round(), tensor.id(), tensor.residues().clone()));
    }
    return CompletableFuture.supplyAsync(
        () -> forge.apply(request, edge.exchange(request).join()), thread);
  }

  /** Rounds seen of a pass. */
  public List<Integer> roundsOf(long pass) {
    return seen.stream().filter(s -> s.pass() == pass).map(Seen::round).toList();
  }

  @Override
  public void close() {
    thread.shutdownNow();
    edge.close();
  }
}
