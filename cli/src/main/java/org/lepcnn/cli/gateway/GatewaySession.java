/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli.gateway;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;
import org.lepcnn.cli.data.Inputs;
import org.lepcnn.core.error.LepcnnException;
import org.lepcnn.core.model.DeviceHalf;
import org.lepcnn.core.model.Fingerprint;
import org.lepcnn.core.port.EdgeTransport;
import org.lepcnn.device.key.Passphrase;
import org.lepcnn.device.session.DeviceStateSupply;
import org.lepcnn.device.session.FolderTables;
import org.lepcnn.device.session.PassResult;
import org.lepcnn.device.session.PrivateSession;
import org.lepcnn.device.state.DeviceState;

/** A device with one of its models, open. Whoever submits more than a bound waits. */
final class GatewaySession implements AutoCloseable {
  private final String device;
  private final Fingerprint fingerprint;
  private final PrivateSession session;
  private final Semaphore room;

  private GatewaySession(String device, Fingerprint fingerprint, PrivateSession session, int room) {
    this.device = device;
    this.fingerprint = fingerprint;
    this.session = session;
    this.room = new Semaphore(room);
  }

  /** Opens state and tables; when that fails nothing stays open. */
  static GatewaySession open(
      GatewayConfig.Session config, GatewayConfig gateway, EdgeTransport transport) {
    DeviceState state = openState(config);
    try {
      return open(state, config.tables(), gateway, transport);
    } catch (RuntimeException e) {
      state.close();
      throw e;
    }
  }

  /** A state under a passphrase finds it as every command does, from the environment. */
  private static DeviceState openState(GatewayConfig.Session config) {
    try (Passphrase given = Passphrase.ofEnvironment()) {
      return DeviceState.open(
          config.state(),
          config.model() == null ? "" : config.model(),
          config.acceptPlain() ? given.acceptingPlain() : given);
    }
  }

  private static GatewaySession open(
      DeviceState state, Path tables, GatewayConfig gateway, EdgeTransport transport) {
    FolderTables folder = FolderTables.open(tables, state);
    try {
      PrivateSession session =
          PrivateSession.builder(new DeviceStateSupply(state), folder, transport)
              .passesInFlight(gateway.inFlight())
              .passesPerReservation(gateway.reservation())
              .open();
      return new GatewaySession(state.device(), state.model(), session, 2 * gateway.inFlight());
    } catch (RuntimeException e) {
      folder.close();
      throw e;
    }
  }

  String device() {
    return device;
  }

  Fingerprint fingerprint() {
    return fingerprint;
  }

  /** Compiles what passes of this model need; see {@link PrivateSession#warmUp}. */
  void warmUp() {
    session.warmUp();
  }

  DeviceHalf model() {
    return session.model();
  }

  /** The inputs of a file that fit the model. */
  List<Inputs.Input> read(Path file) {
    return Inputs.read(file, session.model().inputs());
  }

  /** Begins a pass; waits while too many are under way. */
  CompletableFuture<PassResult> submit(Inputs.Input input) throws InterruptedException {
    return begin(() -> session.submit(input.values()));
  }

  /** Begins a pass in the place of an input that was refused: the edge cannot tell. */
  CompletableFuture<PassResult> submitRefused(LepcnnException why) throws InterruptedException {
    return begin(() -> session.submitRefused(why));
  }

  private CompletableFuture<PassResult> begin(Supplier<CompletableFuture<PassResult>> pass)
      throws InterruptedException {
    room.acquire();
    try {
      CompletableFuture<PassResult> result = pass.get();
      var unused = result.whenComplete((ignored, failure) -> room.release());
      return result;
    } catch (RuntimeException e) {
      room.release();
      throw e;
    }
  }

  @Override
  public void close() {
    session.close();
  }
}
