/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.session;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.lepcnn.core.field.ResidueField;
import org.lepcnn.core.kernel.ScalarKernels;
import org.lepcnn.core.linear.ConvAxis;
import org.lepcnn.core.linear.ConvGeometry;
import org.lepcnn.core.linear.RandomLayers;
import org.lepcnn.core.model.DeviceHalf;
import org.lepcnn.core.model.EdgeHalf;
import org.lepcnn.core.model.LinearLayerSpec;
import org.lepcnn.core.model.MaskedTensorSpec;
import org.lepcnn.core.model.ModelBundle;
import org.lepcnn.core.model.Plan;
import org.lepcnn.core.port.EdgeTransport;
import org.lepcnn.core.port.InProcessEdge;
import org.lepcnn.core.port.PassClaim;
import org.lepcnn.core.port.PassRelease;
import org.lepcnn.core.port.RoundRequest;
import org.lepcnn.core.port.RoundResult;
import org.lepcnn.device.SteadyState;
import org.lepcnn.device.key.CipherSuite;
import org.lepcnn.device.owner.OwnerFile;
import org.lepcnn.device.stage.HostTensor;
import org.lepcnn.device.state.DeviceState;
import org.lepcnn.device.state.Grant;
import org.lepcnn.device.table.TableFolder;
import org.lepcnn.device.testkit.SessionFixture;
import org.lepcnn.device.testkit.WrittenTables;

/**
 * What a pass allocates on the device in steady state, over real files, with stages that do nothing
 * and an edge on other threads: the transport's and ONNX Runtime's own allocations are not in it.
 * About as many elements as AlexNet has.
 */
class PassAllocationTest {
  private static final String DEVICE = "meter-1";
  private static final int LAYERS = 4;
  private static final int CHANNELS = 64;
  private static final int SIDE = 44;
  private static final int MEASURED = 12;
  private static final int CHANCES = 8;
  private static final int PASSES = MEASURED * CHANCES;

  private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  @TempDir Path folder;

  /** The platform's ChaCha20-Poly1305 needs some 2.4 KB for every 64 KiB that it opens. */
  @ParameterizedTest
  @CsvSource({"AES, 64", "CHACHA, 128"})
  void steadyState_allocatesAtMostSoManyKiBAPass(CipherSuite suite, long kibibytes) {
    long enough = kibibytes << 10;
    ModelBundle bundle = bundle();
    provision(bundle, suite);
    try (QuietEdge edge = new QuietEdge(bundle.edge());
        PrivateSession session = open(edge)) {
      long median = SteadyState.least(enough, CHANCES, () -> median(session));
      assertThat(median).as("bytes a pass without its output").isLessThanOrEqualTo(enough);
    }
  }

  /** Of some passes, without what the application gets. */
  private long median(PrivateSession session) {
    Map<String, HostTensor> input = Map.of("v0", input());
    long output = (long) Float.BYTES * CHANNELS * SIDE * SIDE;
    List<Long> perPass = new ArrayList<>();
    for (int pass = 0; pass < MEASURED; pass++) {
      long before = allocated();
      SessionFixture.await(session.submit(input));
      perPass.add(allocated() - before - output);
    }
    Collections.sort(perPass);
    assertThat(perPass.get(0)).as("all that the application gets is counted").isPositive();
    return perPass.get(MEASURED / 2);
  }

  /** An edge that works, and allocates, on a thread of its own. */
  private static final class QuietEdge implements EdgeTransport {
    private final InProcessEdge edge;
    private final ExecutorService thread = Executors.newSingleThreadExecutor();

    QuietEdge(EdgeHalf half) {
      edge = new InProcessEdge(half, new ScalarKernels());
    }

    @Override
    public CompletableFuture<Void> claim(PassClaim claim) {
      return edge.claim(claim);
    }

    @Override
    public void warmUp(Plan plan) {
      edge.warmUp(plan);
    }

    @Override
    public CompletableFuture<Void> release(PassRelease release) {
      return edge.release(release);
    }

    @Override
    public CompletableFuture<RoundResult> exchange(RoundRequest request) {
      return CompletableFuture.supplyAsync(() -> edge.exchange(request).join(), thread);
    }

    @Override
    public void close() {
      thread.shutdownNow();
      edge.close();
    }
  }

  /** Bytes allocated so far by this thread and the session's workers. */
  private long allocated() {
    long sum = threads.getCurrentThreadAllocatedBytes();
    for (Thread thread : workers()) {
      sum += threads.getThreadAllocatedBytes(thread.getId());
    }
    return sum;
  }

  private static List<Thread> workers() {
    Thread[] all = new Thread[Thread.activeCount() + 16];
    int count = Thread.enumerate(all);
    List<Thread> workers = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      if (all[i].getName().startsWith("lepcnn-pass-")) {
        workers.add(all[i]);
      }
    }
    return workers;
  }

  private PrivateSession open(EdgeTransport edge) {
    DeviceState state = DeviceState.open(folder.resolve("state"));
    TableFolder tables = TableFolder.open(folder.resolve("tables"), state);
    return PrivateSession.builder(state, tables, edge)
        .passesPerReservation(PASSES)
        .passesInFlight(1)
        .warmUp()
        .open();
  }

  private void provision(ModelBundle bundle, CipherSuite suite) {
    try (OwnerFile owner = OwnerFile.create(folder.resolve("owner"))) {
      try (Grant grant = owner.provision(DEVICE, bundle, suite)) {
        grant.write(folder.resolve("grant"));
      }
      WrittenTables.write(bundle, owner, DEVICE, PASSES, folder.resolve("tables"));
    }
    DeviceState.init(folder.resolve("grant"), folder.resolve("state")).close();
  }

  private static HostTensor input() {
    SplittableRandom random = new SplittableRandom(4);
    float[] x = new float[CHANNELS * SIDE * SIDE];
    for (int i = 0; i < x.length; i++) {
      x[i] = (float) random.nextDouble(-2, 2);
    }
    return HostTensor.of(x, 1, CHANNELS, SIDE, SIDE);
  }

  /** A chain of layers with a weight a channel and nothing between them. */
  private static ModelBundle bundle() {
    ConvGeometry g =
        new ConvGeometry(
            1, CHANNELS, CHANNELS, CHANNELS, ConvAxis.pointwise(SIDE), ConvAxis.pointwise(SIDE));
    long[] shape = {1, CHANNELS, SIDE, SIDE};
    DeviceHalf.Stage nothing = new DeviceHalf.Stage(new byte[0], List.of(), List.of());
    List<MaskedTensorSpec> tensors = new ArrayList<>();
    List<LinearLayerSpec> layers = new ArrayList<>();
    List<byte[]> weights = new ArrayList<>();
    List<DeviceHalf.TensorBinding> tensorBindings = new ArrayList<>();
    List<DeviceHalf.LayerBinding> layerBindings = new ArrayList<>();
    List<DeviceHalf.Stage> stages = new ArrayList<>(List.of(nothing));
    float[] scales = new float[CHANNELS];
    java.util.Arrays.fill(scales, 0.01f);
    for (int i = 0; i < LAYERS; i++) {
      tensors.add(new MaskedTensorSpec(i, i, g.inputSize(), ResidueField.P31));
      layers.add(new LinearLayerSpec(i, i, g));
      weights.add(new RandomLayers(i).weights(g));
      tensorBindings.add(new DeviceHalf.TensorBinding("v" + i, 16));
      layerBindings.add(
          new DeviceHalf.LayerBinding(
              "layer" + i, "Conv", "v" + (i + 1), shape, scales, new float[CHANNELS]));
      stages.add(nothing);
    }
    Plan plan = new Plan(tensors, layers);
    DeviceHalf device =
        new DeviceHalf(
            "chain",
            List.of(new DeviceHalf.ValueSpec("v0", HostTensor.FLOAT, shape)),
            List.of(new DeviceHalf.ValueSpec("v" + LAYERS, HostTensor.FLOAT, shape)),
            plan,
            tensorBindings,
            layerBindings,
            stages,
            List.of());
    return ModelBundle.of(EdgeHalf.ofInt8(plan, weights), device);
  }
}
