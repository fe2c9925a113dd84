/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.kernel.ScalarKernels;
import org.lepcnn.core.model.ModelBundle;
import org.lepcnn.core.port.EdgeTransport;
import org.lepcnn.core.port.ForwardingEdgeTransport;
import org.lepcnn.core.port.InProcessEdge;
import org.lepcnn.core.port.RoundRequest;
import org.lepcnn.core.port.RoundResult;
import org.lepcnn.device.pass.PassResult;
import org.lepcnn.device.reference.PlainIntegerNetwork;
import org.lepcnn.device.stage.DeviceModel;
import org.lepcnn.device.stage.HostTensor;
import org.lepcnn.device.supply.DryTablesException;

/** An application's model, over an edge in this process. */
@Tag("slow")
class PrivateModelTest {
  private static final int PASSES = 4;

  @TempDir private static Path folder;
  private static ModelBundle bundle;
  private static Map<String, HostTensor> input;

  @BeforeAll
  static void importModel() {
    bundle = Meter.importBundle();
    input = Meter.inputs(bundle).get(0).values();
  }

  /** A configuration with a session for each name, each of a device of its own. */
  private static Path config(String queue, String... sessions) throws IOException {
    List<String> lines =
        new ArrayList<>(
            List.of("gateway = home", "bootstrap.servers = localhost:9", "reservation = 2"));
    lines.add("queue = " + queue);
    for (String session : sessions) {
      Path own = Files.createTempDirectory(folder, session);
      ProvisionedDevice device = ProvisionedDevice.create(own, bundle, "meter-17", PASSES);
      lines.add("session." + session + ".state = " + device.state());
      lines.add("session." + session + ".tables = " + device.tables());
    }
    Path file = Files.createTempFile(folder, "gateway", ".properties");
    return Files.writeString(file, String.join("\n", lines) + "\n");
  }

  private static PrivateModel open(String queue, EdgeTransport transport) throws IOException {
    return PrivateModel.of(Gateway.open(GatewayConfig.read(config(queue, "hall")), transport));
  }

  private static EdgeTransport edge() {
    return new InProcessEdge(bundle.edge(), new ScalarKernels());
  }

  @Test
  void answers_areThoseOfTheIntegerNetwork_untilTheTablesAreDry() throws Exception {
    Map<String, HostTensor> expected;
    try (DeviceModel model = DeviceModel.load(bundle.device())) {
      expected = new PlainIntegerNetwork(model, bundle.edge()).run(input);
    }
    try (PrivateModel model = open("64", edge())) {
      assertThat(model.name()).isEqualTo("hall");
      assertThat(model.device()).isEqualTo("meter-17");
      assertThat(bundle.fingerprint().toString()).startsWith(model.version());
      assertThat(model.inputs()).hasSize(1);
      assertThat(model.passesLeft()).isEqualTo(PASSES);
      for (int pass = 0; pass < PASSES; pass++) {
        Map<String, HostTensor> outputs = model.infer(input);
        assertThat(outputs).hasSameSizeAs(expected);
        outputs.forEach((name, value) -> assertThat(value.sameBits(expected.get(name))).isTrue());
      }
      assertThat(model.passesLeft()).isZero();
      assertThat(model.quarantined()).isFalse();
      assertThatThrownBy(() -> model.infer(input))
          .isInstanceOf(DryTablesException.class)
          .hasMessageContaining("Precompute more tables");
    }
  }

  @Test
  void anInputThatIsNotTheModels_isRefusedByItsName() throws Exception {
    try (PrivateModel model = open("64", edge())) {
      assertThatThrownBy(() -> model.infer(Map.of("other", HostTensor.of(new float[1], 1))))
          .isInstanceOf(BadInputException.class)
          .hasMessageContaining("Input 'picture'");
      assertThat(model.infer(input)).isNotEmpty();
    }
  }

  @Test
  void aFullQueue_refusesAndTakesNoPass() throws Exception {
    CompletableFuture<Void> go = new CompletableFuture<>();
    EdgeTransport waiting =
        new ForwardingEdgeTransport(edge()) {
          @Override
          public CompletableFuture<RoundResult> exchange(RoundRequest request) {
            return go.thenCompose(ready -> super.exchange(request));
          }
        };
    try (PrivateModel model = open("1", waiting)) {
      CompletableFuture<PassResult> first = model.inferAsync(input);
      assertThatThrownBy(() -> model.inferAsync(input))
          .isInstanceOf(BusyException.class)
          .hasMessageContaining("hall", "queue");
      assertThat(go.complete(null)).isTrue();
      assertThat(first.join().outputs()).isNotEmpty();
      assertThat(model.infer(input)).isNotEmpty();
    }
  }

  @Test
  void severalSessions_areAGateway() throws Exception {
    Path config = config("64", "hall", "attic");
    assertThatThrownBy(() -> PrivateModel.open(config))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("attic", "Open a Gateway");
    try (Gateway gateway = Gateway.open(GatewayConfig.read(config), edge())) {
      assertThat(gateway.models()).extracting(PrivateModel::name).containsExactly("attic", "hall");
    }
  }
}
