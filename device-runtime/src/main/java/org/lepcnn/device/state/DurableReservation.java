/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.state;

import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.device.key.PassKey;
import org.lepcnn.device.supply.PassSupply;

/**
 * A range of passes that the durable state counts as used already. Each is handed out once, in
 * order, from memory; only the key of the first one left is kept. Thread-safe (all calls run under
 * the state's lock).
 */
public final class DurableReservation implements PassSupply.Reservation {
  private final DeviceState state;
  private final long firstPass;
  private final long lastPass;
  private long nextPass;
  private PassKey nextKey;

  /** Takes {@code firstKey} over. */
  DurableReservation(DeviceState state, long firstPass, int passes, PassKey firstKey) {
    this.state = state;
    this.firstPass = firstPass;
    this.lastPass = firstPass + passes - 1;
    this.nextPass = firstPass;
    this.nextKey = firstKey;
  }

  @Override
  public long firstPass() {
    return firstPass;
  }

  @Override
  public long lastPass() {
    return lastPass;
  }

  /** How many passes are left to take. */
  @Override
  public int remaining() {
    synchronized (state) {
      return (int) (lastPass - nextPass + 1);
    }
  }

  /**
   * Hands out the next pass.
   *
   * @throws EnvironmentException none is left; {@link #remaining} tells before
   * @throws IllegalStateException the state is closed
   */
  @Override
  public DurablePass take() {
    synchronized (state) {
      state.requireOpen();
      if (nextPass > lastPass) {
        throw new EnvironmentException(
            "Taking a pass: the reservation of passes %s to %s is used up. Reserve more."
                .formatted(firstPass, lastPass));
      }
      PassKey key = nextKey;
      nextKey = key.next();
      DurablePass taken = new DurablePass(state, nextPass, key);
      state.passTaken(nextPass);
      nextPass++;
      return taken;
    }
  }

  @Override
  public String toString() {
    return "DurableReservation(" + firstPass + " to " + lastPass + ", " + remaining() + " left)";
  }

  /** The next pass to hand out; lastPass + 1 when there is none. */
  long nextPass() {
    return nextPass;
  }

  PassKey nextKey() {
    return nextKey;
  }

  void erase() {
    nextKey.close();
  }
}
