/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.pass;

import java.time.Duration;
import java.util.concurrent.Executor;
import org.lepcnn.core.port.EdgeTransport;
import org.lepcnn.device.claim.SendGate;
import org.lepcnn.device.stage.DeviceModel;

/** What the passes of a session share. Made by the session, for the runtime's own rooms. */
public final class PassContext {
  private final RoundContext rounds;
  private final EdgeTransport transport;
  private final SendGate gate;
  private final Pacer pacer;
  private final Executor worker;
  private final RoundObserver observer;

  /**
   * @param pace the interval at whose multiples rounds leave; 0 for at once
   * @param worker runs every step of a pass
   */
  public PassContext(
      RoundContext rounds,
      EdgeTransport transport,
      SendGate gate,
      Duration pace,
      Executor worker,
      RoundObserver observer) {
    this.rounds = rounds;
    this.transport = transport;
    this.gate = gate;
    this.pacer = new Pacer(pace);
    this.worker = worker;
    this.observer = observer;
  }

  /**
   * Runs the device's and the transport's part of passes on zeros for up to some seconds. Uses up
   * no pass, sends nothing, reads no table.
   */
  public void warmUp() {
    new PassWarmUp(rounds).run();
    rounds.tables().warmUp();
    transport.warmUp(model().plan());
  }

  DeviceModel model() {
    return rounds.model();
  }

  RoundContext rounds() {
    return rounds;
  }

  EdgeTransport transport() {
    return transport;
  }

  SendGate gate() {
    return gate;
  }

  Pacer pacer() {
    return pacer;
  }

  Executor worker() {
    return worker;
  }

  RoundObserver observer() {
    return observer;
  }
}
