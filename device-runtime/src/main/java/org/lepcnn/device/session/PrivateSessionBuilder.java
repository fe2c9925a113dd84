/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.session;

import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.port.EdgeTransport;
import org.lepcnn.device.claim.ClaimRepeatingTransport;
import org.lepcnn.device.claim.ClaimedPasses;
import org.lepcnn.device.claim.SendGate;
import org.lepcnn.device.pass.PassContext;
import org.lepcnn.device.pass.RoundContext;
import org.lepcnn.device.pass.RoundObserver;
import org.lepcnn.device.pass.UnsafeResultObserver;
import org.lepcnn.device.stage.DeviceModel;
import org.lepcnn.device.supply.PassSupply;
import org.lepcnn.device.supply.PassTables;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Settings of a session. The integrity check is on unless it is switched off by name. */
public final class PrivateSessionBuilder {
  private static final Logger LOG = LoggerFactory.getLogger(PrivateSession.class);

  private final PassSupply supply;
  private final PassTables tables;
  private final EdgeTransport transport;
  private int passesInFlight = 4;
  private int passesPerReservation = 16;
  private int maxIntegrityFailures = 3;
  private int workerThreads = Math.max(1, Runtime.getRuntime().availableProcessors());
  private Duration closeTimeout = Duration.ofSeconds(30);
  private Duration releaseTimeout = Duration.ofSeconds(5);
  private Duration pace = Duration.ZERO;
  private boolean checked = true;
  private boolean warmedUp;
  private RoundObserver observer = request -> {};
  private @Nullable UnsafeResultObserver unsafeResultObserver; // null when nobody looks

  PrivateSessionBuilder(PassSupply supply, PassTables tables, EdgeTransport transport) {
    this.supply = supply;
    this.tables = tables;
    this.transport = transport;
  }

  /**
   * Passes that run at the same time; 4 by default, at most {@link
   * org.lepcnn.core.port.PassWindow#PASSES}: {@link #open} refuses more.
   */
  public PrivateSessionBuilder passesInFlight(int passes) {
    passesInFlight = passes;
    return this;
  }

  /**
   * Passes that are reserved, made durable and claimed together; 16 by default. What is left of
   * them at a close is released and kept when the edge accepts that, and lost with its tables after
   * a crash.
   */
  public PrivateSessionBuilder passesPerReservation(int passes) {
    passesPerReservation = passes;
    return this;
  }

  /** Integrity failures in the life of the chain until the edge is not used any more; 3. */
  public PrivateSessionBuilder maxIntegrityFailures(int failures) {
    maxIntegrityFailures = failures;
    return this;
  }

  /** Threads for stages and masks, at least 1; as many as there are processors by default. */
  public PrivateSessionBuilder workerThreads(int threads) {
    if (threads < 1) {
      throw BadInputException.about("Session").expected("at least 1 worker thread").found(threads);
    }
    workerThreads = threads;
    return this;
  }

  /** How long {@link PrivateSession#close} waits for passes; 30 s by default. */
  public PrivateSessionBuilder closeTimeout(Duration timeout) {
    closeTimeout = timeout;
    return this;
  }

  /**
   * How long {@link PrivateSession#close} then waits for the edge to take unused passes back; 5 s
   * by default, 0 for losing them.
   */
  public PrivateSessionBuilder releaseTimeout(Duration timeout) {
    releaseTimeout = timeout;
    return this;
  }

  /**
   * Lets rounds leave only at multiples of this interval after their pass began, so that the edge
   * does not see how long the device computed between them; 0, the default, for at once. A pass
   * then takes at least one interval a round.
   */
  public PrivateSessionBuilder pace(Duration interval) {
    if (interval.isNegative()) {
      throw new BadInputException(
          "Session: the pace must not be negative; found " + interval + ".");
    }
    pace = interval;
    return this;
  }

  /** Makes {@link #open} return only after a {@linkplain PrivateSession#warmUp warm-up}. */
  public PrivateSessionBuilder warmUp() {
    warmedUp = true;
    return this;
  }

  /** Sees every round that is sent. */
  public PrivateSessionBuilder observer(RoundObserver roundObserver) {
    observer = roundObserver;
    return this;
  }

  /** Sees the unmasked results; others ask {@link UnsafeResults}. */
  PrivateSessionBuilder unsafeResultObserver(UnsafeResultObserver resultObserver) {
    unsafeResultObserver = resultObserver;
    return this;
  }

  /**
   * Switches the integrity check off. Results may then be wrong without notice, and privacy holds
   * only against an edge that follows the protocol.
   */
  public PrivateSessionBuilder unsafelyWithoutIntegrityCheck() {
    checked = false;
    return this;
  }

  /**
   * Loads the device stages and starts the workers. When this fails, also in the warm-up, nothing
   * of it is left; supply and tables are still open.
   *
   * @throws org.lepcnn.device.supply.QuarantinedException when the edge has failed too often
   */
  public PrivateSession open() {
    SessionOptions options =
        new SessionOptions(
            passesInFlight,
            passesPerReservation,
            maxIntegrityFailures,
            closeTimeout,
            releaseTimeout);
    SendGate gate = new SendGate(supply, maxIntegrityFailures);
    gate.requireOpen();
    if (!checked) {
      LOG.warn(
          "The integrity check is off for chain {}: wrong results are not noticed, and privacy"
              + " holds only against an edge that follows the protocol",
          supply.chain());
    }
    DeviceModel model = DeviceModel.load(supply.deviceHalf());
    ExecutorService worker = workers(Math.min(workerThreads, passesInFlight));
    EdgeTransport repeating = new ClaimRepeatingTransport(supply, transport, gate, worker);
    RoundContext rounds =
        new RoundContext(model, supply, tables, checked, passesInFlight, unsafeResultObserver);
    PrivateSession session =
        new PrivateSession(
            new SessionResources(model, supply, tables, gate, worker),
            new PassContext(rounds, repeating, gate, pace, worker, observer),
            new ClaimedPasses(supply, tables, repeating, gate, passesPerReservation, worker),
            options);
    if (warmedUp) {
      warmUp(session);
    }
    return session;
  }

  private static void warmUp(PrivateSession session) {
    try {
      session.warmUp();
    } catch (RuntimeException | Error e) {
      session.discard();
      throw e;
    }
  }

  private static ExecutorService workers(int threads) {
    AtomicInteger count = new AtomicInteger();
    return Executors.newFixedThreadPool(
        threads,
        work -> {
          Thread thread = new Thread(work, "lepcnn-pass-" + count.incrementAndGet());
          thread.setDaemon(true);
          return thread;
        });
  }
}
