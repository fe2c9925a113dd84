/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lepcnn.core.field.ResidueField;
import org.lepcnn.core.model.LinearLayerSpec;
import org.lepcnn.core.model.MaskedTensorSpec;
import org.lepcnn.core.model.ModelBundle;
import org.lepcnn.core.model.Plan;
import org.lepcnn.deployments.LocalBroker;
import org.lepcnn.deployments.LocalEdge;
import org.lepcnn.deployments.LocalLayout;
import org.lepcnn.device.key.CipherSuite;
import org.lepcnn.device.pass.PassResult;
import org.lepcnn.device.reference.PlainIntegerNetwork;
import org.lepcnn.device.session.PrivateSession;
import org.lepcnn.device.stage.DeviceModel;
import org.lepcnn.device.stage.HostTensor;
import org.lepcnn.device.state.DeviceState;
import org.lepcnn.device.table.TableFolder;
import org.lepcnn.gateway.Meter;
import org.lepcnn.gateway.ProvisionedDevice;
import org.lepcnn.gateway.input.Inputs;
import org.lepcnn.kafka.codec.AnswerCodec;
import org.lepcnn.kafka.codec.LayerChunkView;
import org.lepcnn.kafka.codec.RequestCodec;
import org.lepcnn.kafka.codec.TensorChunkView;
import org.lepcnn.kafka.topic.Topics;
import org.lepcnn.kafka.transport.KafkaEdgeTransport;
import org.lepcnn.kafka.transport.TransportConfig;
import org.lepcnn.onnx.ImportOptions;
import org.lepcnn.onnx.ModelImporter;
import org.lepcnn.onnx.PreparedImport;
import org.lepcnn.onnx.plan.Precision;

/** A model with tensors in both fields, over a real broker and an edge that is killed midway. */
class MixedFieldsIT {
  private static final int PASSES = 40;

  @TempDir private Path folder;

  @Test
  void answersEqualThePlainIntegerNetwork_beforeAndAfterARestart() {
    ModelBundle bundle = mixed();
    List<Inputs.Input> inputs = Meter.inputs(bundle);
    ProvisionedDevice aes = device("meter-1", bundle, CipherSuite.AES);
    ProvisionedDevice chacha = device("meter-2", bundle, CipherSuite.CHACHA);
    Path model = folder.resolve("edge-bundle");
    bundle.write(model);
    LocalLayout layout = LocalLayout.find();
    try (LocalBroker broker = LocalBroker.start(folder.resolve("broker"))) {
      String servers = broker.bootstrapServers();
      EdgeFixture.createTopics(servers, EdgeFixture.GATEWAY);
      try (LocalEdge edge = LocalEdge.start(layout, folder.resolve("first"), servers, model)) {
        assertAnswers(aes, servers, inputs.subList(0, 4));
        assertAnswers(chacha, servers, inputs.subList(4, 8));
        edge.kill();
      }
      try (LocalEdge edge = LocalEdge.start(layout, folder.resolve("second"), servers, model)) {
        assertAnswers(aes, servers, inputs.subList(8, 12));
        assertAnswers(chacha, servers, inputs.subList(12, 16));
        assertThat(edge.isAlive()).isTrue();
      }
      assertBytesSent(bundle.plan(), servers);
    }
  }

  /** Three bytes a residue of 24 bits, four of 31, in every record of either direction. */
  private static void assertBytesSent(Plan plan, String servers) {
    Map<Integer, Long> up = new HashMap<>();
    for (byte[] value : values(servers, Topics.requests(EdgeFixture.GATEWAY))) {
      if (RequestCodec.current().decode(value) instanceof TensorChunkView chunk
          && chunk.call().pass().pass() == 0) {
        up.put(chunk.tensor(), (long) chunk.payload().length());
      }
    }
    for (MaskedTensorSpec tensor : plan.tensors()) {
      long bytes = tensor.field() == ResidueField.P24 ? 3L : 4L;
      assertThat(up).containsEntry(tensor.id(), bytes * tensor.elements());
    }
    Map<Integer, Long> down = new HashMap<>();
    for (byte[] value : values(servers, Topics.results(EdgeFixture.GATEWAY))) {
      if (AnswerCodec.current().decode(value) instanceof LayerChunkView chunk
          && chunk.call().pass().pass() == 0) {
        down.put(chunk.layer(), (long) chunk.payload().length());
      }
    }
    for (LinearLayerSpec layer : plan.layers()) {
      long bytes = plan.field(layer) == ResidueField.P24 ? 3L : 4L;
      assertThat(down).containsEntry(layer.index(), bytes * layer.geometry().outputSize());
    }
  }

  private static List<byte[]> values(String servers, String topic) {
    try (TopicReader reader = new TopicReader(servers, topic)) {
      return reader.readToEnd().stream().map(ConsumerRecord::value).toList();
    }
  }

  private ProvisionedDevice device(String id, ModelBundle bundle, CipherSuite suite) {
    return ProvisionedDevice.create(folder.resolve(id), bundle, id, PASSES, suite);
  }

  /** All but the last tensor in 24 bits. */
  private static ModelBundle mixed() {
    PreparedImport prepared = ModelImporter.prepare(Meter.onnx(), ImportOptions.defaults());
    Precision narrow = Precision.EIGHT_BITS.inField(ResidueField.P24);
    ModelBundle all = prepared.bundle(narrow);
    int last = all.plan().tensors().size() - 1;
    String value = all.device().tensors().get(last).value();
    ModelBundle mixed = prepared.bundle(narrow.wideFor(Set.of(value)));
    assertThat(mixed.plan().tensors())
        .extracting(MaskedTensorSpec::field)
        .contains(ResidueField.P24, ResidueField.P31);
    return mixed;
  }

  private static void assertAnswers(
      ProvisionedDevice device, String servers, List<Inputs.Input> inputs) {
    ModelBundle bundle = device.bundle();
    DeviceState state = DeviceState.open(device.state());
    try (KafkaEdgeTransport transport =
            KafkaEdgeTransport.open(TransportConfig.builder(servers, EdgeFixture.GATEWAY).build());
        PrivateSession session =
            PrivateSession.builder(state, TableFolder.open(device.tables(), state), transport)
                .passesPerReservation(2)
                .open();
        DeviceModel model = DeviceModel.load(bundle.device())) {
      PlainIntegerNetwork plain = new PlainIntegerNetwork(model, bundle.edge());
      List<CompletableFuture<PassResult>> answers = new ArrayList<>();
      inputs.forEach(input -> answers.add(session.submit(input.values())));
      for (int i = 0; i < inputs.size(); i++) {
        PassResult result = answers.get(i).join();
        Map<String, HostTensor> expected = plain.run(inputs.get(i).values());
        expected.forEach(
            (name, value) ->
                assertThat(result.outputs().get(name).sameBits(value)).as(name).isTrue());
        assertThat(result.bytesUp()).isEqualTo(bundle.plan().inputBytes());
      }
      assertThat(session.integrityFailures()).isZero();
    }
  }
}
