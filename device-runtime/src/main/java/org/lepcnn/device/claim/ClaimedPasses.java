/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.claim;

import java.time.Duration;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.lepcnn.core.port.EdgeErrorCode;
import org.lepcnn.core.port.EdgeRefusedException;
import org.lepcnn.core.port.EdgeTransport;
import org.lepcnn.core.port.PassClaim;
import org.lepcnn.core.port.PassRelease;
import org.lepcnn.core.port.PassWindow;
import org.lepcnn.device.supply.DryTablesException;
import org.lepcnn.device.supply.PassSupply;
import org.lepcnn.device.supply.PassTables;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands out passes of reservations that the edge has accepted the claim of. A reservation whose
 * claim failed is kept and claimed again, identically, by whoever asks next.
 *
 * <p>Every reservation is claimed under an instance number of its own, drawn when its claim is sent
 * for the first time. So of two copies of a running machine, which know the same keys and the same
 * number, one is refused at its next reservation. The edge serves one instance of a chain at a
 * time: a reservation is claimed when the last pass of the one before has ended.
 *
 * <p>The edge's guard keeps {@link PassWindow#PASSES} passes of a chain open. A pass that many
 * later ones have overtaken would be refused as stale: no pass is handed out so far ahead of the
 * first one in use.
 */
public final class ClaimedPasses {
  private static final Logger LOG = LoggerFactory.getLogger(ClaimedPasses.class);

  private final PassSupply supply;
  private final PassTables tables;
  private final EdgeTransport transport;
  private final SendGate gate;
  private final int passesPerReservation;
  private final Executor worker;

  private final TreeSet<Long> inUse = new TreeSet<>();
  private long firstUntaken;
  private PassSupply.Reservation reservation = new NoPasses();
  private boolean claimed;

  /** Whether the claim of {@link #reservation} has its instance number: it may have been sent. */
  private boolean numbered;

  /** Completes when the first pass in use has ended; null when nobody waits for that. */
  private @Nullable CompletableFuture<Void> firstEnds;

  /** Whether the edge refused the claim of {@link #reservation} when it was sent last. */
  private boolean refused;

  /** Whether the edge says that another instance claimed these passes: they may be used there. */
  private volatile boolean heldByAnother;

  /** Completes when the claim that is on its way was answered; null when none is. */
  private @Nullable CompletableFuture<Void> claiming;

  public ClaimedPasses(
      PassSupply supply,
      PassTables tables,
      EdgeTransport transport,
      SendGate gate,
      int passesPerReservation,
      Executor worker) {
    this.supply = supply;
    this.tables = tables;
    this.transport = transport;
    this.gate = gate;
    this.passesPerReservation = passesPerReservation;
    this.worker = worker;
  }

  /**
   * The next pass, as soon as the edge has accepted the claim. Called on a worker: it may write the
   * reservation to disk.
   */
  public CompletableFuture<PassSupply.Pass> next() {
    CompletableFuture<Void> wait;
    boolean mine = false;
    synchronized (this) {
      if (claimed && reservation.remaining() > 0) {
        return withinWindow() ? CompletableFuture.completedFuture(take()) : whenFirstEnds();
      }
      if (claiming == null) {
        if (reservation.remaining() == 0) {
          reserve();
        }
        if (!inUse.isEmpty()) {
          return whenFirstEnds();
        }
        if (!numbered) {
          supply.renewInstance();
          numbered = true;
        }
        claiming = new CompletableFuture<>();
        mine = true;
      }
      wait = claiming;
    }
    if (mine) {
      claim(wait);
    }
    return wait.thenComposeAsync(done -> next(), worker);
  }

  /**
   * Gives back what is left of a reservation whose claim was sent: with the edge's consent the
   * supply keeps these passes for the next opening. Without it they are used up, for the next
   * opening is another instance, which the edge would refuse them.
   *
   * <p>A claim that was refused is released as well: the edge may have recorded it all the same, or
   * may accept it when it reads it again. If it refuses the release, too, the passes are kept, and
   * the next opening can repeat that release.
   *
   * @param patience how long to wait for the edge's consent
   */
  public void close(Duration patience) {
    long firstFree;
    synchronized (this) {
      if (!numbered || reservation.remaining() == 0) {
        return;
      }
      firstFree = reservation.lastPass() - reservation.remaining() + 1;
      if (!inUse.isEmpty()) {
        burnRest();
        return;
      }
    }
    boolean ask = !heldByAnother && !patience.isZero();
    switch (ask ? release(firstFree, patience) : Release.UNANSWERED) {
      case ACCEPTED -> supply.released();
      case REFUSED -> {
        if (refused) {
          supply.claimRefused();
        } else {
          burnRest();
        }
      }
      default -> burnRest();
    }
  }

  /** What came of a release. */
  private enum Release {
    ACCEPTED,
    /** No claim of this instance is in force. */
    REFUSED,
    /** A pass was used under this instance's number: by a copy of this process. */
    USED,
    UNANSWERED
  }

  private Release release(long firstFree, Duration patience) {
    PassRelease release =
        new PassRelease(
            supply.device(), supply.chain(), supply.model(), firstFree, supply.instance());
    try {
      transport.release(release).get(patience.toNanos(), TimeUnit.NANOSECONDS);
      return Release.ACCEPTED;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (TimeoutException e) {
      LOG.warn("The edge did not accept the release of passes from {} on in time", firstFree);
    } catch (ExecutionException | RuntimeException e) {
      Throwable cause = Failures.unwrap(e);
      LOG.warn(
          "The edge did not accept the release of passes from {} on: {}",
          firstFree,
          cause.getMessage());
      return outcome(cause);
    }
    return Release.UNANSWERED;
  }

  private static Release outcome(Throwable failure) {
    if (failure instanceof EdgeRefusedException refusal) {
      return refusal.code() == EdgeErrorCode.MASK_REUSE_SUSPECTED ? Release.USED : Release.REFUSED;
    }
    return Release.UNANSWERED;
  }

  private synchronized void burnRest() {
    LOG.warn("{} passes that were reserved and not used are lost", reservation.remaining());
    while (reservation.remaining() > 0) {
      reservation.take().burn();
    }
  }

  /**
   * Says that a pass has ended.
   *
   * @return the first pass that is in use or may still be handed out: nothing before it is needed
   */
  public long ended(long pass) {
    CompletableFuture<Void> waiting = null;
    long first;
    synchronized (this) {
      boolean wasFirst = !inUse.isEmpty() && inUse.first() == pass;
      inUse.remove(pass);
      first = inUse.isEmpty() ? firstUntaken : inUse.first();
      if (wasFirst) {
        waiting = firstEnds;
        firstEnds = null;
      }
    }
    if (waiting != null) {
      waiting.complete(null);
    }
    return first;
  }

  /** Whether the guard keeps the first pass in use open when the next one is sent. */
  private boolean withinWindow() {
    return inUse.isEmpty() || firstUntaken - inUse.first() < PassWindow.PASSES;
  }

  private CompletableFuture<PassSupply.Pass> whenFirstEnds() {
    firstEnds = firstEnds == null ? new CompletableFuture<>() : firstEnds;
    return firstEnds.thenComposeAsync(done -> next(), worker);
  }

  private PassSupply.Pass take() {
    PassSupply.Pass pass = reservation.take();
    inUse.add(pass.number());
    firstUntaken = pass.number() + 1;
    return pass;
  }

  private void reserve() {
    long next = supply.nextPass();
    long left = tables.passesLeftFrom(next);
    if (left < 1) {
      throw new DryTablesException(
          ("Reserving passes: the decryption tables of chain %s hold nothing from pass "
                  + "%s on. Precompute more tables and bring them to the device.")
              .formatted(supply.chain(), next));
    }
    claimed = false;
    numbered = false;
    refused = false;
    heldByAnother = false;
    reservation = supply.reserve((int) Math.min(passesPerReservation, left));
  }

  private void claim(CompletableFuture<Void> answer) {
    CompletableFuture<Void> sent;
    try {
      PassClaim claim =
          new PassClaim(
              supply.device(),
              supply.chain(),
              supply.model(),
              reservation.firstPass(),
              reservation.lastPass(),
              supply.instance());
      sent = gate.send(() -> transport.claim(claim));
    } catch (RuntimeException e) {
      sent = CompletableFuture.failedFuture(e);
    }
    sent.whenComplete(
            (done, error) -> {
              if (error == null) {
                accepted(answer);
              } else {
                failed(answer, Failures.unwrap(error));
              }
            })
        .exceptionally(error -> null);
  }

  private void accepted(CompletableFuture<Void> answer) {
    synchronized (this) {
      claiming = null;
      claimed = true;
      refused = false;
      heldByAnother = false;
    }
    answer.complete(null);
  }

  private void failed(CompletableFuture<Void> answer, Throwable error) {
    synchronized (this) {
      claiming = null;
      claimed = false;
      refused = error instanceof EdgeRefusedException;
      if (error instanceof EdgeRefusedException refusal) {
        heldByAnother = refusal.code() == EdgeErrorCode.CLAIMED_BY_ANOTHER_INSTANCE;
      }
    }
    answer.completeExceptionally(error);
  }

  /** The reservation before the first one. */
  private static final class NoPasses implements PassSupply.Reservation {
    @Override
    public long firstPass() {
      throw none();
    }

    @Override
    public long lastPass() {
      throw none();
    }

    @Override
    public int remaining() {
      return 0;
    }

    @Override
    public PassSupply.Pass take() {
      throw none();
    }

    private static IllegalStateException none() {
      return new IllegalStateException("No pass is reserved.");
    }
  }
}
