/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lepcnn.core.model.ModelBundle;
import org.lepcnn.core.port.EdgeErrorCode;
import org.lepcnn.core.port.EdgeRefusedException;
import org.lepcnn.deployments.LocalBroker;
import org.lepcnn.deployments.LocalEdge;
import org.lepcnn.deployments.LocalLayout;
import org.lepcnn.device.pass.PassResult;
import org.lepcnn.device.session.PrivateSession;
import org.lepcnn.device.state.DeviceState;
import org.lepcnn.device.table.TableFolder;
import org.lepcnn.gateway.Meter;
import org.lepcnn.gateway.ProvisionedDevice;
import org.lepcnn.gateway.input.Inputs;
import org.lepcnn.kafka.transport.KafkaEdgeTransport;
import org.lepcnn.kafka.transport.TransportConfig;

/**
 * A device claims before it is enrolled; the edge fails, and reads that claim again when the device
 * is enrolled. The device's next run is served at once, and no pass was lost.
 */
class RefusedClaimIT {
  private static final String GATEWAY = "home";

  @TempDir private Path folder;

  @Test
  void claimThatTheEdgeAcceptsOnReadingItAgain_costsTheNextRunNothing() {
    ModelBundle bundle = Meter.importBundle();
    ProvisionedDevice device = ProvisionedDevice.create(folder, bundle, "meter-1", 4);
    Inputs.Input input = Meter.inputs(bundle).get(0);
    try (LocalBroker broker = LocalBroker.start(folder.resolve("broker"))) {
      EdgeFixture.createTopics(broker.bootstrapServers(), GATEWAY);
      run(broker, "models", "publish", device.bundleFolder().toString());
      try (LocalEdge edge = edge(broker, "first")) {
        Throwable refused = catchThrowable(() -> pass(broker, device, input));
        assertThat(refused)
            .isInstanceOf(CompletionException.class)
            .cause()
            .isInstanceOfSatisfying(
                EdgeRefusedException.class,
                why -> assertThat(why.code()).isEqualTo(EdgeErrorCode.UNKNOWN_DEVICE));
        edge.kill(); // before its first checkpoint
      }
      String model = bundle.fingerprint().toString();
      run(broker, "devices", "enrol", "meter-1", "--gateway", GATEWAY, "--model", model);
      try (LocalEdge edge = edge(broker, "second")) {
        assertThat(edge.isAlive()).isTrue();
        assertThat(pass(broker, device, input).pass()).isZero();
      }
    }
  }

  private static PassResult pass(LocalBroker broker, ProvisionedDevice device, Inputs.Input input) {
    TransportConfig config = TransportConfig.builder(broker.bootstrapServers(), GATEWAY).build();
    DeviceState state = DeviceState.open(device.state());
    TableFolder tables = TableFolder.open(device.tables(), state);
    try (KafkaEdgeTransport transport = KafkaEdgeTransport.open(config);
        PrivateSession session = PrivateSession.builder(state, tables, transport).open()) {
      return session.submit(input.values()).orTimeout(300, TimeUnit.SECONDS).join();
    }
  }

  private LocalEdge edge(LocalBroker broker, String name) {
    String cache = folder.resolve("models").toString();
    return LocalEdge.start(
        LocalLayout.find(),
        folder.resolve(name),
        broker.bootstrapServers(),
        List.of("--model-cache", cache, "--checkpoint-interval", "600000"));
  }

  private static void run(LocalBroker broker, String... arguments) {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(List.of("--bootstrap-server", broker.bootstrapServers()));
    assertThat(Main.execute(all.toArray(new String[0]))).isZero();
  }
}
