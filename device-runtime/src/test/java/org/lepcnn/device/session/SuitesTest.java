/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.lepcnn.core.field.Field24;
import org.lepcnn.core.field.ResidueField;
import org.lepcnn.core.model.ModelBundle;
import org.lepcnn.core.port.RoundResult;
import org.lepcnn.device.integrity.IntegrityException;
import org.lepcnn.device.key.CipherSuite;
import org.lepcnn.device.owner.OwnerFile;
import org.lepcnn.device.pass.PassResult;
import org.lepcnn.device.reference.PlainIntegerNetwork;
import org.lepcnn.device.stage.DeviceModel;
import org.lepcnn.device.state.DeviceState;
import org.lepcnn.device.state.Grant;
import org.lepcnn.device.table.TableFolder;
import org.lepcnn.device.testkit.FakeEdge;
import org.lepcnn.device.testkit.SessionFixture;
import org.lepcnn.device.testkit.SessionModel;
import org.lepcnn.device.testkit.WrittenTables;

/** Passes over the files of a device of each cipher suite, in both fields. */
class SuitesTest {
  private static final String DEVICE = "meter-1";
  private static final int PASSES = 5;

  @TempDir Path folder;

  @ParameterizedTest
  @EnumSource
  void answers_areThoseOfThePlainNetwork_andForgedResultsAreRefused(CipherSuite suite) {
    for (int seed = 0; seed < 3; seed++) {
      Path files = folder.resolve("model-" + seed);
      ModelBundle bundle = SessionModel.bundle(seed, ResidueField.P24, ResidueField.P31);
      provision(files, bundle, suite);
      FakeEdge edge = new FakeEdge(bundle.edge(), new CopyOnWriteArrayList<>());
      try (PrivateSession session = open(files, edge);
          DeviceModel model = DeviceModel.load(bundle.device())) {
        PlainIntegerNetwork plain = new PlainIntegerNetwork(model, bundle.edge());
        for (int pass = 0; pass < PASSES - 1; pass++) {
          PassResult result = SessionFixture.await(session.submit(SessionModel.inputs(pass)));
          assertThat(result.outputs().get("y").floats())
              .isEqualTo(plain.run(SessionModel.inputs(pass)).get("y").floats());
        }
        edge.forge =
            (request, result) -> {
              RoundResult.Layer layer = result.layers().get(0);
              layer.residues()[0] = (layer.residues()[0] + 1) % Field24.P;
              return result;
            };
        assertThat(SessionFixture.failure(session.submit(SessionModel.inputs(9))))
            .isInstanceOf(IntegrityException.class);
      } finally {
        edge.close();
      }
    }
  }

  private static PrivateSession open(Path files, FakeEdge edge) {
    DeviceState state = DeviceState.open(files.resolve("state"));
    TableFolder tables = TableFolder.open(files.resolve("tables"), state);
    return PrivateSession.builder(state, tables, edge).open();
  }

  private static void provision(Path files, ModelBundle bundle, CipherSuite suite) {
    Path grantFile = files.resolve("grant");
    try (OwnerFile owner = OwnerFile.create(files.resolve("owner"));
        Grant grant = owner.provision(DEVICE, bundle, suite)) {
      grant.write(grantFile);
      WrittenTables.write(bundle, owner, DEVICE, PASSES, files.resolve("tables"));
    }
    DeviceState.init(grantFile, files.resolve("state")).close();
  }
}
