/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.model.ModelBundle;
import org.lepcnn.device.key.PassKey;
import org.lepcnn.device.key.Passphrase;
import org.lepcnn.device.owner.ChainKeys;
import org.lepcnn.device.owner.LedgerEntry;
import org.lepcnn.device.owner.OwnerFile;
import org.lepcnn.device.pass.PassResult;
import org.lepcnn.device.state.DeviceState;
import org.lepcnn.device.state.Grant;
import org.lepcnn.device.table.TableFolder;
import org.lepcnn.device.testkit.FakeEdge;
import org.lepcnn.device.testkit.SessionFixture;
import org.lepcnn.device.testkit.SessionModel;

/**
 * Files that an earlier version wrote, and that every later one has to read: a bundle, and under a
 * passphrase an owner file, a grant and a state in which one pass was taken and one check failed,
 * with its tables. {@link GoldenFilesMain} made them. They are never made anew: a new version of a
 * format gets a folder of its own beside this one.
 */
class GoldenFilesTest {
  private static final String MODEL =
      "575eacfa552d3e7545504750a4c712ac098885e2ae6e90913023019a3994cefa";

  @TempDir private Path folder;

  private final Passphrase passphrase = Passphrase.copyOf(GoldenFilesMain.PASSPHRASE.toCharArray());

  @BeforeEach
  void copy() throws IOException, URISyntaxException {
    Path golden = Path.of(GoldenFilesTest.class.getResource("/golden/1").toURI());
    try (Stream<Path> files = Files.walk(golden)) {
      files.forEach(file -> copy(file, folder.resolve(golden.relativize(file).toString())));
    }
  }

  private static void copy(Path from, Path to) {
    try {
      if (Files.isDirectory(from)) {
        Files.createDirectories(to);
      } else {
        Files.copy(from, to);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private DeviceState openState() {
    return DeviceState.open(folder.resolve("state"), "", passphrase);
  }

  @Test
  void bundle_isTheSameModel() {
    ModelBundle bundle = ModelBundle.read(folder.resolve("bundle"));
    assertThat(bundle.fingerprint()).hasToString(MODEL);
    assertThat(bundle.plan().layers()).hasSize(3);
  }

  @Test
  void ownerFile_hasItsLedger_andOpensUnderItsPassphraseAlone() {
    Path file = folder.resolve("owner.lep");
    assertThatThrownBy(() -> OwnerFile.open(file)).isInstanceOf(BadInputException.class);
    try (OwnerFile owner = OwnerFile.open(file, passphrase);
        DeviceState state = openState()) {
      assertThat(owner.ledger())
          .extracting(LedgerEntry::device)
          .containsExactlyInAnyOrder(GoldenFilesMain.DEVICE, GoldenFilesMain.OTHER_DEVICE);
      try (ChainKeys keys = owner.chainKeys(GoldenFilesMain.DEVICE, state.model(), state.chain());
          PassKey issued = keys.passKeys(1, 1).get(0);
          PassKey held = state.reserve(1).take().key()) {
        assertThat(held).as("the key of pass 1").isEqualTo(issued);
      }
    }
  }

  @Test
  void grant_beginsAChain() {
    Path file = folder.resolve("other.grant");
    try (Grant grant = Grant.read(file, passphrase)) {
      assertThat(grant.device()).isEqualTo(GoldenFilesMain.OTHER_DEVICE);
      assertThat(grant.model()).hasToString(MODEL);
    }
    try (DeviceState state =
        DeviceState.init(file, folder.resolve("new state"), passphrase, passphrase)) {
      assertThat(state.nextPass()).isZero();
    }
  }

  @Test
  void state_goesOnWhereItWas_withItsTables_andTheAnswerIsTheSameBits() throws IOException {
    ModelBundle bundle = ModelBundle.read(folder.resolve("bundle"));
    List<String> log = new CopyOnWriteArrayList<>();
    DeviceState state = openState();
    assertThat(state.nextPass()).isEqualTo(1);
    assertThat(state.integrityFailures()).isEqualTo(1);
    assertThat(state.device()).isEqualTo(GoldenFilesMain.DEVICE);
    TableFolder tables = TableFolder.open(folder.resolve("tables"), state);
    assertThat(tables.passesLeftFrom(1)).isEqualTo(3);
    assertThat(tables.challengesPerLayer()).isEqualTo(2);
    FakeEdge edge = new FakeEdge(bundle.edge(), log);
    try (PrivateSession session = PrivateSession.builder(state, tables, edge).open()) {
      PassResult result =
          SessionFixture.await(session.submit(SessionModel.inputs(GoldenFilesMain.SEED)));
      assertThat(result.pass()).isEqualTo(1);
      float[] answer = new float[7];
      ByteBuffer.wrap(Files.readAllBytes(folder.resolve("answer.f32"))).asFloatBuffer().get(answer);
      assertThat(result.outputs().get("y").floats()).containsExactly(answer);
    } finally {
      edge.close();
    }
  }
}
