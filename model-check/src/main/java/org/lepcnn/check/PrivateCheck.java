/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.check;

import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.core.kernel.KernelProvider;
import org.lepcnn.core.model.ModelBundle;
import org.lepcnn.core.port.EdgeTransport;
import org.lepcnn.core.port.InProcessEdge;
import org.lepcnn.device.integrity.IntegrityException;
import org.lepcnn.device.pass.PassResult;
import org.lepcnn.device.reference.ComputedTables;
import org.lepcnn.device.reference.LayerObserver;
import org.lepcnn.device.reference.PlainIntegerNetwork;
import org.lepcnn.device.session.PrivateSession;
import org.lepcnn.device.session.UnsafeResults;
import org.lepcnn.device.stage.DeviceModel;
import org.lepcnn.device.stage.HostTensor;
import org.lepcnn.device.supply.MemoryChain;

/**
 * Runs inputs through the whole private path in one process, and through the plain integer network
 * beside it, and compares bit for bit: all layers' integer results and all outputs. The chain is
 * thrown away with this object; no file is touched.
 *
 * <p>One input at a time; not thread-safe.
 */
public final class PrivateCheck implements AutoCloseable {
  private static final String DEVICE = "check";

  private final EdgeTransport edge;
  private final DeviceModel model;
  private final PlainIntegerNetwork plain;
  private final PrivateSession session;

  /** By layer; every pass that ends well has replaced all of them. */
  private final Map<Integer, int[]> privateResults = new ConcurrentHashMap<>();

  private PrivateCheck(ModelBundle bundle, KernelProvider provider, EdgeTransport edge) {
    this.edge = edge;
    this.model = DeviceModel.load(bundle.device());
    this.plain = new PlainIntegerNetwork(model, bundle.edge());
    this.session =
        UnsafeResults.observedBy(
                PrivateSession.builder(
                    new MemoryChain(DEVICE, bundle.fingerprint(), bundle.device()),
                    new ComputedTables(bundle.edge(), provider, 1),
                    edge),
                (pass, layer, centred) -> privateResults.put(layer, centred))
            .maxIntegrityFailures(Integer.MAX_VALUE)
            .open();
  }

  /**
   * Opens a check of a model.
   *
   * @param provider computes both the edge's results and the tables
   */
  public static PrivateCheck open(ModelBundle bundle, KernelProvider provider) {
    return open(bundle, provider, new InProcessEdge(bundle.edge(), provider));
  }

  /** As {@link #open(ModelBundle, KernelProvider)} with another edge, which it takes over. */
  static PrivateCheck open(ModelBundle bundle, KernelProvider provider, EdgeTransport edge) {
    return new PrivateCheck(bundle, provider, edge);
  }

  /** Runs one input; a result that fails the integrity check is told, not thrown. */
  public CheckedInput run(Map<String, HostTensor> inputs) {
    return run(inputs, (layer, input, output) -> {});
  }

  /**
   * As {@link #run(Map)}.
   *
   * @param values sees the float values around every layer of the plain integer network; they are
   *     those of the private path when the result is exact
   */
  public CheckedInput run(Map<String, HostTensor> inputs, LayerObserver values) {
    PassResult pass = null;
    try {
      pass = session.submit(inputs).get();
    } catch (ExecutionException e) {
      if (!(e.getCause() instanceof IntegrityException)) {
        throw e.getCause() instanceof RuntimeException cause
            ? cause
            : new IllegalStateException("Running a pass", e.getCause());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new EnvironmentException("Checking a model: interrupted.", e);
    }
    return compare(inputs, pass, values);
  }

  @Override
  public void close() {
    session.close();
    model.close();
    edge.close();
  }

  private CheckedInput compare(
      Map<String, HostTensor> inputs, PassResult pass, LayerObserver values) {
    boolean[] same = {true};
    int[] layers = {0};
    Map<String, HostTensor> expected =
        plain.run(
            inputs,
            (none, layer, centred) -> {
              layers[0]++;
              same[0] &= Arrays.equals(centred, privateResults.get(layer));
            },
            values);
    if (pass == null) {
      return new CheckedInput(false, false, expected, null);
    }
    boolean exact = same[0] && layers[0] == privateResults.size();
    for (Map.Entry<String, HostTensor> output : expected.entrySet()) {
      exact &= output.getValue().sameBits(pass.outputs().get(output.getKey()));
    }
    return new CheckedInput(exact, true, pass.outputs(), pass);
  }
}
