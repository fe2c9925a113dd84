/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.kernel.ScalarKernels;
import org.lepcnn.core.model.MaskedTensorSpec;
import org.lepcnn.core.model.ModelBundle;
import org.lepcnn.core.port.ForwardingEdgeTransport;
import org.lepcnn.core.port.InProcessEdge;
import org.lepcnn.core.port.RoundRequest;
import org.lepcnn.core.port.RoundResult;
import org.lepcnn.core.quant.NonFiniteActivationException;
import org.lepcnn.device.pass.PassResult;
import org.lepcnn.device.session.PrivateSession;
import org.lepcnn.device.stage.HostTensor;
import org.lepcnn.device.state.DeviceState;
import org.lepcnn.device.table.TableFolder;
import org.lepcnn.gateway.Meter;
import org.lepcnn.gateway.ProvisionedDevice;
import org.lepcnn.kafka.codec.EdgeRequest;
import org.lepcnn.kafka.codec.RequestCodec;
import org.lepcnn.kafka.codec.TensorChunkView;

/**
 * A pass that fails on the device, before its first round or later, looks on the wire like any
 * other: as many records, of the same sizes, under the ids that any pass has, in the same order.
 */
class FailedPassOnTheWireTest {
  private static final long LIFETIME = 60_000;
  private static final int PASSES = 6;
  private static final Class<? extends Throwable> NON_FINITE = NonFiniteActivationException.class;

  @TempDir private Path folder;

  /** What is to be seen of a record beside its residues. */
  private record Seen(int bytes, int round, int tensor, int chunk, int chunks, int payloadBytes) {}

  /** Encodes what is sent as the gateway's transport does. */
  private static final class Wire extends ForwardingEdgeTransport {
    final List<List<Seen>> passes = new CopyOnWriteArrayList<>();

    Wire(ModelBundle bundle) {
      super(new InProcessEdge(bundle.edge(), new ScalarKernels()));
    }

    @Override
    public CompletableFuture<RoundResult> exchange(RoundRequest request) {
      int pass = (int) request.pass().pass();
      while (passes.size() <= pass) {
        passes.add(new CopyOnWriteArrayList<>());
      }
      for (RoundRequest.Tensor tensor : request.tensors()) {
        MaskedTensorSpec spec = request.plan().tensor(tensor.id());
        for (byte[] record :
            RequestCodec.current()
                .encodeTensor(request.call(), spec, tensor.residues(), LIFETIME)) {
          EdgeRequest read = RequestCodec.current().decode(record);
          TensorChunkView chunk = (TensorChunkView) read;
          assertThat(chunk.call().pass().pass()).isEqualTo(pass);
          passes
              .get(pass)
              .add(
                  new Seen(
                      record.length,
                      chunk.round(),
                      chunk.tensor(),
                      chunk.chunk(),
                      chunk.chunks(),
                      chunk.payload().length()));
        }
      }
      return super.exchange(request);
    }
  }

  @Test
  void passesThatFail_haveTheRecordsOfAnyPass() throws Exception {
    ModelBundle bundle = Meter.importBundle();
    ProvisionedDevice device = ProvisionedDevice.create(folder, bundle, "meter-1", PASSES);
    try (Wire wire = new Wire(bundle)) {
      run(device, bundle, wire);

      assertThat(wire.passes).hasSize(PASSES);
      assertThat(wire.passes.get(0)).hasSizeGreaterThan(1);
      for (List<Seen> pass : wire.passes) {
        assertThat(pass).isEqualTo(wire.passes.get(0));
      }
      assertThat(wire.passes.get(1).get(wire.passes.get(1).size() - 1).round())
          .isEqualTo(bundle.plan().rounds() - 1);
    }
  }

  private void run(ProvisionedDevice device, ModelBundle bundle, Wire wire) throws Exception {
    Map<String, HostTensor> good = Meter.inputs(bundle).get(0).values();
    DeviceState state = DeviceState.open(device.state());
    TableFolder tables = TableFolder.open(device.tables(), state);
    try (PrivateSession session = PrivateSession.builder(state, tables, wire).open()) {
      session.submit(good).get(300, TimeUnit.SECONDS);
      requireFailure(session.submit(filled(good, Float.MAX_VALUE)), NON_FINITE);
      requireFailure(session.submit(filled(good, Float.NaN)), NON_FINITE);
      requireFailure(session.submit(Map.of()), BadInputException.class);
      BadInputException unreadable = new BadInputException("No picture.");
      requireFailure(session.submitRefused(unreadable), BadInputException.class);
      session.submit(good).get(300, TimeUnit.SECONDS);
    } // waits for the failed pass to end
  }

  private static void requireFailure(
      CompletableFuture<PassResult> pass, Class<? extends Throwable> failure) {
    assertThatThrownBy(() -> pass.get(300, TimeUnit.SECONDS))
        .isInstanceOf(ExecutionException.class)
        .hasCauseInstanceOf(failure);
  }

  /** One number everywhere: the convolution of the largest ones is no float any more. */
  private static Map<String, HostTensor> filled(Map<String, HostTensor> inputs, float value) {
    Map<String, HostTensor> filled = new HashMap<>();
    inputs.forEach(
        (name, tensor) -> {
          float[] values = new float[tensor.floats().length];
          Arrays.fill(values, value);
          filled.put(name, HostTensor.of(values, tensor.shape()));
        });
    return filled;
  }
}
