/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.campaign.device;

import org.lepcnn.device.key.PassKey;
import org.lepcnn.device.supply.ForwardingSupply;
import org.lepcnn.device.supply.PassSupply;

/** Writes reservations on the board, and which of their passes are begun or thrown away. */
final class WatchedSupply extends ForwardingSupply {
  private final ActivityBoard board;

  WatchedSupply(PassSupply supply, ActivityBoard board) {
    super(supply);
    this.board = board;
  }

  @Override
  public Reservation reserve(int passes) {
    board.enter(ActivityBoard.Activity.RESERVING);
    try {
      return super.reserve(passes);
    } finally {
      board.leave(ActivityBoard.Activity.RESERVING);
    }
  }

  /** On the board first: a kill between the two must not find a pass that nobody wrote down. */
  @Override
  protected Pass take(Reservation reservation) {
    board.begun(reservation.lastPass() - reservation.remaining() + 1);
    return new BoardPass(reservation.take());
  }

  /** A pass whose key nobody asked for before it was burnt had no work done on it. */
  private final class BoardPass extends ForwardingPass {
    private volatile boolean begun;

    BoardPass(Pass pass) {
      super(pass);
    }

    @Override
    public PassKey key() {
      begun = true;
      return super.key();
    }

    @Override
    public void burn() {
      if (!begun) {
        board.wasted();
      }
      super.burn();
    }
  }
}
