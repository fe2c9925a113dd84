/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lepcnn.campaign.load.RequestAudit;
import org.lepcnn.core.model.ModelBundle;
import org.lepcnn.core.port.EdgeErrorCode;
import org.lepcnn.core.port.EdgeRefusedException;
import org.lepcnn.core.port.EdgeTransport;
import org.lepcnn.device.pass.PassResult;
import org.lepcnn.device.session.PrivateSession;
import org.lepcnn.device.state.DeviceState;
import org.lepcnn.device.table.TableFolder;
import org.lepcnn.gateway.Meter;
import org.lepcnn.gateway.ProvisionedDevice;
import org.lepcnn.gateway.input.Inputs;
import org.lepcnn.kafka.topic.Topics;

/**
 * Two copies of one device beside one another at a real broker and edge: at most one of them is
 * served for a pass, and the other sends no tensor.
 */
class CopiedStateIT {
  private static final int PASSES = 60;

  @TempDir private Path folder;

  private List<Inputs.Input> inputs;

  @Test
  void copy_isRefusedAtItsClaim_andNoIdGetsASecondPayload() throws IOException {
    ModelBundle bundle = Meter.importBundle();
    inputs = Meter.inputs(bundle);
    ProvisionedDevice original = ProvisionedDevice.create(folder, bundle, "meter-1", PASSES);
    try (EdgeFixture edge = new EdgeFixture(folder, bundle);
        EdgeTransport first = edge.transport();
        EdgeTransport second = edge.transport()) {
      try (PrivateSession session = open(original.state(), original.tables(), first)) {
        // the state to be copied has passes that were claimed and released
        assertThat(passOf(session)).isZero();
      }
      Path state = copy(original.state(), "copied-state");
      Path again = copy(original.state(), "copied-again");
      Path tables = copy(original.tables(), "copied-tables");
      try (PrivateSession session = open(original.state(), original.tables(), first)) {
        assertThat(passOf(session)).isEqualTo(1);
        assertRefused(state, tables, second);
        assertThat(passOf(session)).isEqualTo(2);
      }
      long before = audit(edge).ids();
      // the original has given back what it did not use: still nothing of it is the copy's
      assertRefused(again, tables, second);
      assertThat(audit(edge).ids()).as("a refused copy sends no tensor").isEqualTo(before);
      int served = alternate(original, state, tables, first, second);
      RequestAudit audit = audit(edge);
      assertThat(audit.reuses()).isZero();
      assertThat(served).isPositive();
      assertThat(audit.ids()).isGreaterThanOrEqualTo(before + served);
    }
  }

  /** Both go on opening and closing; returns how many passes were served. */
  private int alternate(
      ProvisionedDevice original,
      Path state,
      Path tables,
      EdgeTransport first,
      EdgeTransport second) {
    int served = 0;
    for (int turn = 0; turn < 4; turn++) {
      try (PrivateSession session = open(original.state(), original.tables(), first);
          PrivateSession copy = open(state, tables, second)) {
        for (PrivateSession any : List.of(session, copy, session, copy)) {
          served += failureOf(any) == null ? 1 : 0;
        }
      }
    }
    return served;
  }

  private void assertRefused(Path state, Path tables, EdgeTransport transport) {
    try (PrivateSession copy = open(state, tables, transport)) {
      assertThat(failureOf(copy))
          .isInstanceOfSatisfying(
              EdgeRefusedException.class,
              refusal ->
                  assertThat(refusal.code()).isEqualTo(EdgeErrorCode.CLAIMED_BY_ANOTHER_INSTANCE));
    }
  }

  private long passOf(PrivateSession session) {
    return submit(session).join().pass();
  }

  private Throwable failureOf(PrivateSession session) {
    Throwable thrown = catchThrowable(() -> submit(session).join());
    return thrown == null ? null : thrown.getCause();
  }

  private CompletableFuture<PassResult> submit(PrivateSession session) {
    return session.submit(inputs.get(0).values()).orTimeout(300, TimeUnit.SECONDS);
  }

  private static RequestAudit audit(EdgeFixture edge) {
    return RequestAudit.of(edge.bootstrapServers(), Topics.requests(EdgeFixture.GATEWAY));
  }

  private static PrivateSession open(Path stateFolder, Path tables, EdgeTransport transport) {
    DeviceState state = DeviceState.open(stateFolder);
    TableFolder folder = TableFolder.open(tables, state);
    return PrivateSession.builder(state, folder, transport).passesPerReservation(3).open();
  }

  private Path copy(Path from, String name) throws IOException {
    Path to = folder.resolve(name);
    try (Stream<Path> walk = Files.walk(from)) {
      for (Path path : walk.toList()) {
        Files.copy(path, to.resolve(from.relativize(path).toString()));
      }
    }
    return to;
  }
}
