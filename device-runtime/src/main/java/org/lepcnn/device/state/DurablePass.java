/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.state;

import org.lepcnn.device.key.PassKey;
import org.lepcnn.device.supply.PassSupply;

/**
 * One pass that was taken from a {@link DurableReservation}: it is used up from that moment,
 * whatever becomes of it, and in flight until {@link #finish}, {@link #burn} or {@link #close}.
 * While one is in flight, a close of the state gives nothing back. Thread-safe.
 */
public final class DurablePass implements PassSupply.Pass, AutoCloseable {
  /** What became of a pass. */
  public enum Outcome {
    IN_FLIGHT,
    FINISHED,
    BURNED
  }

  private final DeviceState state;
  private final long pass;
  private final PassKey key;
  private Outcome outcome = Outcome.IN_FLIGHT;

  DurablePass(DeviceState state, long pass, PassKey key) {
    this.state = state;
    this.pass = pass;
    this.key = key;
  }

  /** The pass's position in the chain. */
  @Override
  public long number() {
    return pass;
  }

  /** The pass's key; erased when the pass ends. It stays this pass's. */
  @Override
  public PassKey key() {
    return key;
  }

  /** The pass ran to its last round. */
  @Override
  public void finish() {
    end(Outcome.FINISHED);
  }

  /** The pass ended early; nothing more will be sent for it. */
  @Override
  public void burn() {
    end(Outcome.BURNED);
  }

  /** Burns the pass unless it has ended. */
  @Override
  public void close() {
    burn();
  }

  public synchronized Outcome outcome() {
    return outcome;
  }

  @Override
  public String toString() {
    return "DurablePass(" + pass + ", " + outcome() + ")";
  }

  private void end(Outcome as) {
    synchronized (this) {
      if (outcome != Outcome.IN_FLIGHT) {
        return;
      }
      outcome = as;
    }
    key.close();
    state.passEnded();
  }
}
