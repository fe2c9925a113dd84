/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.lepcnn.device.testkit.SessionFixture.await;
import static org.lepcnn.device.testkit.SessionFixture.failure;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.core.field.Field31;
import org.lepcnn.core.model.ModelBundle;
import org.lepcnn.core.port.EdgeErrorCode;
import org.lepcnn.core.port.EdgeRefusedException;
import org.lepcnn.device.integrity.IntegrityException;
import org.lepcnn.device.owner.OwnerFile;
import org.lepcnn.device.pass.PassResult;
import org.lepcnn.device.reference.PlainIntegerNetwork;
import org.lepcnn.device.stage.DeviceModel;
import org.lepcnn.device.state.DeviceState;
import org.lepcnn.device.state.Grant;
import org.lepcnn.device.supply.QuarantinedException;
import org.lepcnn.device.table.TableFolder;
import org.lepcnn.device.testkit.FakeEdge;
import org.lepcnn.device.testkit.SessionModel;
import org.lepcnn.device.testkit.WrittenTables;

/** The session over the files of a device: owner, grant, state and sealed tables. */
class DurableSessionTest {
  private static final String DEVICE = "meter-1";

  @TempDir Path folder;

  private final ModelBundle bundle = SessionModel.bundle(31);
  private final FakeEdge edge = new FakeEdge(bundle.edge(), new CopyOnWriteArrayList<>());

  @BeforeEach
  void provision() {
    try (OwnerFile owner = OwnerFile.create(folder.resolve("owner"))) {
      try (Grant grant = owner.provision(DEVICE, bundle)) {
        grant.write(folder.resolve("grant"));
      }
      WrittenTables.write(bundle, owner, DEVICE, 90, folder.resolve("tables"));
    }
    DeviceState.init(folder.resolve("grant"), folder.resolve("state")).close();
  }

  @AfterEach
  void closeEdge() {
    edge.close();
  }

  @Test
  void passesOverTheBorderOfAGroup_areExact_andUsedTablesGo() throws IOException {
    assertThat(tableFiles()).hasSize(2);
    try (PrivateSession session = open();
        DeviceModel model = DeviceModel.load(bundle.device())) {
      PlainIntegerNetwork plain = new PlainIntegerNetwork(model, bundle.edge());
      List<CompletableFuture<PassResult>> futures = new ArrayList<>();
      for (int seed = 0; seed < 80; seed++) {
        futures.add(session.submit(SessionModel.inputs(seed)));
      }
      for (int seed = 0; seed < 80; seed++) {
        PrivateSessionTest.assertSame(
            await(futures.get(seed)).outputs(), plain.run(SessionModel.inputs(seed)));
      }
    }
    assertThat(tableFiles()).hasSize(1);
  }

  @Test
  void integrityFailure_isOnDiskBeforeTheApplicationKnows_andOutlivesTheSession() {
    edge.forge =
        (request, result) -> {
          int[] residues = result.layers().get(0).residues();
          residues[5] = Field31.add(residues[5], 1);
          return result;
        };
    try (PrivateSession session = open()) {
      for (int failures = 1; failures <= 3; failures++) {
        assertThat(failure(session.submit(SessionModel.inputs(1))))
            .isInstanceOf(IntegrityException.class);
        assertThat(DeviceState.describe(folder.resolve("state")).get(0).integrityFailures())
            .isEqualTo(failures);
      }
      assertThat(failure(session.submit(SessionModel.inputs(1))))
          .isInstanceOf(QuarantinedException.class);
    }
    assertThatThrownBy(this::open).isInstanceOf(QuarantinedException.class);
  }

  @Test
  void aCleanClose_costsNothing_theNextOpeningGoesOnWithTheNextPass() {
    for (long pass = 0; pass < 3; pass++) {
      try (PrivateSession session = open()) {
        assertThat(await(session.submit(SessionModel.inputs(1))).pass()).isEqualTo(pass);
      }
    }
    assertThat(edge.log)
        .filteredOn(line -> !line.startsWith("send"))
        .containsExactly(
            "claim 0-3", "release 1", "claim 1-4", "release 2", "claim 2-5", "release 3");
  }

  @Test
  void openingThatRunsNothing_leavesTheReleaseOfTheFormerOneKnown() {
    try (PrivateSession session = open()) {
      await(session.submit(SessionModel.inputs(1)));
    }
    open().close();
    try (DeviceState state = DeviceState.open(folder.resolve("state"))) {
      state.recordIntegrityFailure();
      state.reserve(2);
    }
    edge.onClaim =
        claim ->
            edge.releases.size() < 2
                ? refused(EdgeErrorCode.CLAIMED_BY_ANOTHER_INSTANCE)
                : CompletableFuture.completedFuture(null);
    try (PrivateSession session = open()) {
      assertThat(await(session.submit(SessionModel.inputs(1))).pass()).isEqualTo(1);
    }
    assertThat(edge.releases.get(1)).isEqualTo(edge.releases.get(0));
  }

  @Test
  void withoutARelease_nextOpening_claimsOnlyPassesThatWereNeverClaimed() {
    edge.onRelease =
        release -> CompletableFuture.failedFuture(new EnvironmentException("No answer."));
    try (PrivateSession session = open()) {
      assertThat(await(session.submit(SessionModel.inputs(1))).pass()).isZero();
    }
    try (PrivateSession session = open()) {
      assertThat(await(session.submit(SessionModel.inputs(1))).pass()).isEqualTo(4);
    }
    assertThat(edge.claims)
        .extracting(claim -> claim.firstPass() + "-" + claim.lastPass())
        .containsExactly("0-3", "4-7");
    assertThat(edge.claims.get(0).instance()).isNotEqualTo(edge.claims.get(1).instance());
  }

  @Test
  void refusedClaims_giveThePassesBack_andTheFirstOnesReleaseCanBeRepeated() {
    edge.onClaim = claim -> refused(EdgeErrorCode.NOT_AUTHORISED);
    edge.onRelease = release -> refused(EdgeErrorCode.NOT_AUTHORISED);
    for (int opening = 0; opening < 2; opening++) {
      try (PrivateSession session = open()) {
        failure(session.submit(SessionModel.inputs(1)));
      }
      assertThat(DeviceState.describe(folder.resolve("state")).get(0).nextPass()).isZero();
    }
    // the edge has gone back to a checkpoint before the first claim, and accepts that one now
    edge.onClaim =
        claim ->
            edge.releases.size() == 3
                ? CompletableFuture.completedFuture(null)
                : refused(EdgeErrorCode.CLAIMED_BY_ANOTHER_INSTANCE);
    edge.onRelease = release -> CompletableFuture.completedFuture(null);
    try (PrivateSession session = open()) {
      assertThat(await(session.submit(SessionModel.inputs(1))).pass()).isZero();
    }
    assertThat(edge.releases.get(2)).isEqualTo(edge.releases.get(0));
    assertThat(edge.releases.get(2).instance()).isEqualTo(edge.claims.get(0).instance());
  }

  @Test
  void tablesThatRunDry_stopTheDeviceWithAClearError() {
    try (PrivateSession session = open()) {
      for (int seed = 0; seed < 90; seed++) {
        await(session.submit(SessionModel.inputs(seed)));
      }
      assertThat(failure(session.submit(SessionModel.inputs(1))))
          .isInstanceOf(EnvironmentException.class)
          .hasMessageContaining("from pass 90 on");
    }
  }

  private static CompletableFuture<Void> refused(EdgeErrorCode code) {
    return CompletableFuture.failedFuture(new EdgeRefusedException(code, "says the test"));
  }

  private PrivateSession open() {
    DeviceState state = DeviceState.open(folder.resolve("state"));
    try {
      TableFolder tables = TableFolder.open(folder.resolve("tables"), state);
      return PrivateSession.builder(state, tables, edge).passesPerReservation(4).open();
    } catch (RuntimeException e) {
      state.close();
      throw e;
    }
  }

  private List<Path> tableFiles() throws IOException {
    try (Stream<Path> files = Files.list(folder.resolve("tables"))) {
      return files.toList();
    }
  }
}
