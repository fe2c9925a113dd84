/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lepcnn.core.field.Field31;
import org.lepcnn.core.kernel.ScalarKernels;
import org.lepcnn.core.linear.LayerWeights;
import org.lepcnn.core.model.EdgeHalf;
import org.lepcnn.core.model.ModelBundle;
import org.lepcnn.core.port.EdgeTransport;
import org.lepcnn.core.port.ForwardingEdgeTransport;
import org.lepcnn.core.port.InProcessEdge;
import org.lepcnn.core.port.RoundRequest;
import org.lepcnn.core.port.RoundResult;
import org.lepcnn.device.integrity.IntegrityException;
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

/**
 * Forged results on the real path: a real broker and edge, and between the transport and the device
 * somebody who changes what came back, as a broker could.
 */
class ForgedResultsIT {
  private static final int PASSES = 40;

  @TempDir private static Path folder;

  private static ModelBundle bundle;
  private static EdgeFixture edge;
  private static ProvisionedDevice device;
  private static List<Inputs.Input> inputs;

  @BeforeAll
  static void start() {
    bundle = Meter.importBundle();
    inputs = Meter.inputs(bundle);
    device = ProvisionedDevice.create(folder, bundle, "meter-1", PASSES);
    edge = new EdgeFixture(folder, bundle);
  }

  @AfterAll
  static void stop() {
    if (edge != null) {
      edge.close();
    }
  }

  @Test
  void honestResults_giveThePlainIntegerNetworksAnswers() {
    try (DeviceModel model = DeviceModel.load(bundle.device())) {
      PlainIntegerNetwork plain = new PlainIntegerNetwork(model, bundle.edge());
      List<Inputs.Input> some = inputs.subList(0, 8);
      List<PassResult> results = runAll(result -> result, some);
      for (int i = 0; i < some.size(); i++) {
        Map<String, HostTensor> expected = plain.run(some.get(i).values());
        for (Map.Entry<String, HostTensor> output : expected.entrySet()) {
          assertThat(results.get(i).outputs().get(output.getKey()).sameBits(output.getValue()))
              .isTrue();
        }
      }
    }
  }

  @Test
  void oneResidueOffByOne_isRefused() {
    assertRefused(
        result -> {
          int[] residues = result.layers().get(0).residues();
          residues[residues.length / 2] = Field31.add(residues[residues.length / 2], 1);
          return result;
        });
  }

  @Test
  void anOlderResult_isRefused() {
    List<RoundResult> older = new ArrayList<>();
    assertRefused(
        result -> {
          if (result.round() == 0) {
            older.add(result);
            if (older.size() > 1) {
              return new RoundResult(result.pass(), 0, older.get(0).layers());
            }
            return new RoundResult(result.pass(), 0, copy(result));
          }
          return result;
        },
        2);
  }

  @Test
  void otherWeights_areRefused() {
    List<LayerWeights> weights = new ArrayList<>(bundle.edge().weights());
    byte[] changed = weights.get(0).part(0).clone();
    changed[3] = (byte) (changed[3] > 0 ? changed[3] - 1 : changed[3] + 1);
    weights.set(0, LayerWeights.of(changed));
    EdgeHalf forged = new EdgeHalf(bundle.plan(), weights);
    DeviceState state = DeviceState.open(device.state());
    state.resetIntegrityFailures();
    try (InProcessEdge liar = new InProcessEdge(forged, new ScalarKernels());
        EdgeTransport honestClaims = edge.transport();
        PrivateSession session = open(state, new ClaimsThere(honestClaims, liar))) {
      assertThat(failureOf(session.submit(inputs.get(0).values())))
          .isInstanceOf(IntegrityException.class);
    }
  }

  private static void assertRefused(UnaryOperator<RoundResult> forgery) {
    assertRefused(forgery, 1);
  }

  /** The last of {@code passes} must be refused with the typed error, and counted durably. */
  private static void assertRefused(UnaryOperator<RoundResult> forgery, int passes) {
    DeviceState state = DeviceState.open(device.state());
    state.resetIntegrityFailures();
    Throwable failure = null;
    try (EdgeTransport transport = edge.transport();
        PrivateSession session = open(state, new Forging(transport, forgery))) {
      for (int i = 0; i < passes; i++) {
        failure = failureOf(session.submit(inputs.get(i).values()));
      }
    }
    assertThat(failure).isInstanceOf(IntegrityException.class);
    assertThat(DeviceState.describe(device.state()).get(0).integrityFailures()).isEqualTo(1);
  }

  private static List<PassResult> runAll(
      UnaryOperator<RoundResult> forgery, List<Inputs.Input> some) {
    DeviceState state = DeviceState.open(device.state());
    try (EdgeTransport transport = edge.transport();
        PrivateSession session = open(state, new Forging(transport, forgery))) {
      List<CompletableFuture<PassResult>> futures =
          some.stream().map(input -> session.submit(input.values())).toList();
      return futures.stream().map(CompletableFuture::join).toList();
    }
  }

  private static PrivateSession open(DeviceState state, EdgeTransport transport) {
    TableFolder tables = TableFolder.open(device.tables(), state);
    return PrivateSession.builder(state, tables, transport).passesPerReservation(2).open();
  }

  private static Throwable failureOf(CompletableFuture<PassResult> future) {
    Throwable thrown = catchThrowable(future::join);
    return thrown instanceof CompletionException ? thrown.getCause() : thrown;
  }

  private static List<RoundResult.Layer> copy(RoundResult result) {
    return result.layers().stream()
        .map(layer -> new RoundResult.Layer(layer.index(), layer.residues().clone()))
        .toList();
  }

  /** Changes results on their way back. */
  private static final class Forging extends ForwardingEdgeTransport {
    private final UnaryOperator<RoundResult> forgery;

    Forging(EdgeTransport real, UnaryOperator<RoundResult> forgery) {
      super(real);
      this.forgery = forgery;
    }

    @Override
    public CompletableFuture<RoundResult> exchange(RoundRequest request) {
      return super.exchange(request).thenApply(forgery);
    }
  }

  /** Claims at the real edge, computes elsewhere. */
  private static final class ClaimsThere extends ForwardingEdgeTransport {
    private final EdgeTransport rounds;

    ClaimsThere(EdgeTransport claims, EdgeTransport rounds) {
      super(claims);
      this.rounds = rounds;
    }

    @Override
    public CompletableFuture<RoundResult> exchange(RoundRequest request) {
      return rounds.exchange(request);
    }

    @Override
    public void close() {
      // both belong to the test
    }
  }
}
