/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.campaign.device;

import java.util.Optional;
import org.lepcnn.core.model.DeviceHalf;
import org.lepcnn.core.model.Fingerprint;
import org.lepcnn.core.port.ChainId;
import org.lepcnn.core.port.InstanceId;
import org.lepcnn.device.key.PassKey;
import org.lepcnn.device.key.SecretKey;
import org.lepcnn.device.supply.PassSupply;

/** Writes reservations on the board, and which of their passes are begun or thrown away. */
record WatchedSupply(PassSupply supply, PhaseBoard board) implements PassSupply {
  @Override
  public String device() {
    return supply.device();
  }

  @Override
  public ChainId chain() {
    return supply.chain();
  }

  @Override
  public Fingerprint model() {
    return supply.model();
  }

  @Override
  public DeviceHalf deviceHalf() {
    return supply.deviceHalf();
  }

  @Override
  public InstanceId instance() {
    return supply.instance();
  }

  @Override
  public void renewInstance() {
    supply.renewInstance();
  }

  @Override
  public long nextPass() {
    return supply.nextPass();
  }

  @Override
  public Reservation reserve(int passes) {
    board.enter(PhaseBoard.Phase.RESERVING);
    try {
      return new WatchedReservation(supply.reserve(passes), board);
    } finally {
      board.leave(PhaseBoard.Phase.RESERVING);
    }
  }

  @Override
  public Optional<InstanceId> releasedBefore(long pass) {
    return supply.releasedBefore(pass);
  }

  @Override
  public void released() {
    supply.released();
  }

  @Override
  public void claimRefused() {
    supply.claimRefused();
  }

  @Override
  public SecretKey groupKey(long group) {
    return supply.groupKey(group);
  }

  @Override
  public long integrityFailures() {
    return supply.integrityFailures();
  }

  @Override
  public void recordIntegrityFailure() {
    supply.recordIntegrityFailure();
  }

  @Override
  public void close() {
    supply.close();
  }

  private record WatchedReservation(Reservation reservation, PhaseBoard board)
      implements Reservation {
    @Override
    public long firstPass() {
      return reservation.firstPass();
    }

    @Override
    public long lastPass() {
      return reservation.lastPass();
    }

    @Override
    public int remaining() {
      return reservation.remaining();
    }

    /** On the board first: a kill between the two must not find a pass that nobody wrote down. */
    @Override
    public Pass take() {
      board.begun(reservation.lastPass() - reservation.remaining() + 1);
      return new BoardPass(reservation.take(), board);
    }
  }

  /** A pass whose key nobody asked for before it was burnt had no work done on it. */
  private static final class BoardPass implements Pass {
    private final Pass pass;
    private final PhaseBoard board;
    private volatile boolean begun;

    BoardPass(Pass pass, PhaseBoard board) {
      this.pass = pass;
      this.board = board;
    }

    @Override
    public long number() {
      return pass.number();
    }

    @Override
    public PassKey key() {
      begun = true;
      return pass.key();
    }

    @Override
    public void finish() {
      pass.finish();
    }

    @Override
    public void burn() {
      if (!begun) {
        board.wasted();
      }
      pass.burn();
    }
  }
}
