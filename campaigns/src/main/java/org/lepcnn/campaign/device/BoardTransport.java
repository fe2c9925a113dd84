/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.campaign.device;

import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.lepcnn.core.port.EdgeTransport;
import org.lepcnn.core.port.ForwardingEdgeTransport;
import org.lepcnn.core.port.RoundRequest;
import org.lepcnn.core.port.RoundResult;

/** Writes on the board what is sent, what is open, and which passes work on a result. */
final class BoardTransport extends ForwardingEdgeTransport {
  private final ActivityBoard board;
  private final Set<Long> unmasking = ConcurrentHashMap.newKeySet();

  BoardTransport(EdgeTransport transport, ActivityBoard board) {
    super(transport);
    this.board = board;
  }

  @Override
  public CompletableFuture<RoundResult> exchange(RoundRequest request) {
    long pass = request.pass().pass();
    ended(pass);
    board.sending(pass);
    board.enter(ActivityBoard.Activity.SENDING);
    try {
      return super.exchange(request).whenComplete((result, failure) -> received(pass));
    } finally {
      board.leave(ActivityBoard.Activity.SENDING);
    }
  }

  /** The pass works on no result any more. */
  void ended(long pass) {
    if (unmasking.remove(pass)) {
      board.leave(ActivityBoard.Activity.UNMASKING);
    }
  }

  private void received(long pass) {
    board.received();
    unmasking.add(pass);
    board.enter(ActivityBoard.Activity.UNMASKING);
  }
}
