/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.lepcnn.device.testkit.SessionFixture.await;
import static org.lepcnn.device.testkit.SessionFixture.failure;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.lepcnn.core.field.ResidueField;
import org.lepcnn.core.model.ModelBundle;
import org.lepcnn.device.integrity.IntegrityException;
import org.lepcnn.device.key.CipherSuite;
import org.lepcnn.device.owner.OwnerFile;
import org.lepcnn.device.reference.PlainIntegerNetwork;
import org.lepcnn.device.stage.DeviceModel;
import org.lepcnn.device.stage.HostTensor;
import org.lepcnn.device.state.DeviceState;
import org.lepcnn.device.state.Grant;
import org.lepcnn.device.supply.DamagedTableException;
import org.lepcnn.device.table.TableBytes;
import org.lepcnn.device.table.TableFolder;
import org.lepcnn.device.testkit.FakeEdge;
import org.lepcnn.device.testkit.SessionModel;
import org.lepcnn.device.testkit.WrittenTables;

/** A device whose tables somebody changes, from end to end. */
class ChangedTablesTest {
  private static final int PASSES = 8;

  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({"AES,P31,P31", "AES,P24,P24", "CHACHA,P24,P31"})
  void aChangedTable_costsItsPass_isNotTheEdgesFault_andReachesNoStage(
      CipherSuite suite, ResidueField first, ResidueField second) {
    ModelBundle bundle = SessionModel.bundle(31, first, second);
    Path state = provision(bundle, suite);
    // round 1, round 0, and the sealed sides
    try (TableBytes bytes =
        new TableBytes(folder.resolve("tables").resolve("0-0-7.lept"), bundle.plan())) {
      bytes.flip(2, 2, 3, 11);
      bytes.flip(4, 1, 119, 0);
      bytes.flip(bytes.sidesAt(5) + 2, 1);
      bytes.flip(6, 0, 0, 7);
    }
    Map<Long, List<Integer>> unmasked = new ConcurrentHashMap<>();
    FakeEdge edge = new FakeEdge(bundle.edge(), new CopyOnWriteArrayList<>());
    edge.forge =
        (request, result) -> {
          if (request.pass().pass() == 6) {
            result.layers().get(0).residues()[0] ^= 1;
          }
          return result;
        };
    DeviceState opened = DeviceState.open(state);
    try (PrivateSession session =
            PrivateSession.builder(opened, TableFolder.open(folder.resolve("tables"), opened), edge)
                .unsafeResultObserver(
                    (pass, layer, y) ->
                        unmasked
                            .computeIfAbsent(pass, any -> new CopyOnWriteArrayList<>())
                            .add(layer))
                .open();
        DeviceModel model = DeviceModel.load(bundle.device())) {
      PlainIntegerNetwork plain = new PlainIntegerNetwork(model, bundle.edge());
      for (int pass = 0; pass < PASSES; pass++) {
        Map<String, HostTensor> inputs = SessionModel.inputs(pass);
        if (pass == 6) {
          assertThat(failure(session.submit(inputs))).isInstanceOf(IntegrityException.class);
        } else if (pass == 2 || pass == 4 || pass == 5) {
          assertThat(failure(session.submit(inputs)))
              .isInstanceOf(DamagedTableException.class)
              .hasMessageContaining("pass " + pass)
              .hasMessageContaining("Precompute the table again");
        } else {
          PrivateSessionTest.assertSame(await(session.submit(inputs)).outputs(), plain.run(inputs));
        }
      }
      assertThat(session.integrityFailures()).as("those of the edge").isEqualTo(1);
      assertThat(opened.nextPass()).isGreaterThanOrEqualTo(PASSES);
    } finally {
      edge.close();
    }
    assertThat(new TreeMap<>(unmasked))
        .isEqualTo(
            Map.of(
                0L, List.of(0, 1, 2),
                1L, List.of(0, 1, 2),
                2L, List.of(0, 1),
                3L, List.of(0, 1, 2),
                7L, List.of(0, 1, 2)));
    assertThat(edge.roundsOf(4)).as("what the edge sees of a failure").containsExactly(0, 1);
    assertThat(edge.roundsOf(5)).containsExactly(0, 1);
  }

  private Path provision(ModelBundle bundle, CipherSuite suite) {
    try (OwnerFile owner = OwnerFile.create(folder.resolve("owner"))) {
      try (Grant grant = owner.provision("meter-1", bundle, suite)) {
        grant.write(folder.resolve("grant"));
      }
      WrittenTables.write(bundle, owner, "meter-1", PASSES, folder.resolve("tables"));
    }
    DeviceState.init(folder.resolve("grant"), folder.resolve("state")).close();
    return folder.resolve("state");
  }
}
