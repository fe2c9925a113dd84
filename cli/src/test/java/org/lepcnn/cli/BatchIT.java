/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lepcnn.core.field.ResidueField;
import org.lepcnn.core.model.ModelBundle;
import org.lepcnn.deployments.LocalBroker;
import org.lepcnn.deployments.LocalEdge;
import org.lepcnn.deployments.LocalLayout;
import org.lepcnn.device.pass.PassResult;
import org.lepcnn.device.reference.PlainIntegerNetwork;
import org.lepcnn.device.session.PrivateSession;
import org.lepcnn.device.session.RowPasses;
import org.lepcnn.device.stage.DeviceModel;
import org.lepcnn.device.stage.HostTensor;
import org.lepcnn.device.state.DeviceState;
import org.lepcnn.device.table.TableFolder;
import org.lepcnn.gateway.Meter;
import org.lepcnn.gateway.ProvisionedDevice;
import org.lepcnn.gateway.input.Inputs;
import org.lepcnn.kafka.transport.KafkaEdgeTransport;
import org.lepcnn.kafka.transport.TransportConfig;
import org.lepcnn.onnx.ImportOptions;
import org.lepcnn.onnx.ModelImporter;
import org.lepcnn.onnx.plan.Precision;

/** Ten pictures in passes of four, over a real broker and edge, in the small field. */
class BatchIT {
  private static final int PICTURES = 10;
  private static final ImportOptions ONE =
      ImportOptions.defaults().withPrecision(Precision.FAST.inField(ResidueField.P24));

  @TempDir private Path folder;

  @Test
  void everyAnswer_isThatOfTheInputAlone() {
    ModelBundle single = ModelImporter.importModel(Meter.onnx(), ONE);
    ModelBundle batched = ModelImporter.importModel(Meter.onnx(), ONE.withBatch(4));
    ProvisionedDevice device = ProvisionedDevice.create(folder, batched, "meter-1", 4);
    Path edgeBundle = folder.resolve("edge-bundle");
    batched.write(edgeBundle);
    List<Inputs.Input> inputs = Meter.inputs(single).subList(0, PICTURES);
    try (LocalBroker broker = LocalBroker.start(folder.resolve("broker"))) {
      String servers = broker.bootstrapServers();
      EdgeFixture.createTopics(servers, EdgeFixture.GATEWAY);
      try (LocalEdge edge =
          LocalEdge.start(LocalLayout.find(), folder.resolve("edge"), servers, edgeBundle)) {
        assertAnswers(single, inputs, run(device, servers, inputs));
        assertThat(edge.isAlive()).isTrue();
      }
    }
  }

  private static List<PassResult> run(
      ProvisionedDevice device, String servers, List<Inputs.Input> inputs) {
    DeviceState state = DeviceState.open(device.state());
    try (KafkaEdgeTransport transport =
            KafkaEdgeTransport.open(TransportConfig.builder(servers, EdgeFixture.GATEWAY).build());
        PrivateSession session =
            PrivateSession.builder(state, TableFolder.open(device.tables(), state), transport)
                .passesPerReservation(2)
                .open()) {
      List<CompletableFuture<PassResult>> answers = new ArrayList<>();
      try (RowPasses rows = RowPasses.of(session)) {
        inputs.forEach(input -> answers.add(rows.submit(input.values())));
      }
      return answers.stream().map(CompletableFuture::join).toList();
    }
  }

  private static void assertAnswers(
      ModelBundle single, List<Inputs.Input> inputs, List<PassResult> answers) {
    assertThat(answers.stream().map(PassResult::pass).distinct()).hasSize(3);
    try (DeviceModel model = DeviceModel.load(single.device())) {
      PlainIntegerNetwork alone = new PlainIntegerNetwork(model, single.edge());
      for (int i = 0; i < PICTURES; i++) {
        assertThat(answers.get(i).pass()).isEqualTo(answers.get(i / 4 * 4).pass());
        for (var expected : alone.run(inputs.get(i).values()).entrySet()) {
          HostTensor found = answers.get(i).outputs().get(expected.getKey());
          assertThat(found.sameBits(expected.getValue())).isTrue();
        }
      }
    }
  }
}
