/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.pass;

import java.nio.FloatBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.lepcnn.core.model.ModelBundle;
import org.lepcnn.device.claim.SendGate;
import org.lepcnn.device.stage.Activations;
import org.lepcnn.device.stage.DeviceModel;
import org.lepcnn.device.stage.NativeTensor;
import org.lepcnn.device.testkit.FakeEdge;
import org.lepcnn.device.testkit.LimitedTables;
import org.lepcnn.device.testkit.RecordingSupply;
import org.lepcnn.device.testkit.SessionFixture;
import org.lepcnn.device.testkit.SessionModel;

/** The parts of a session, for tests that look at what a session leaves in them. */
public final class OwnParts implements AutoCloseable {
  final ModelBundle bundle;
  final List<String> log = new CopyOnWriteArrayList<>();
  public final FakeEdge edge;
  public final RecordingSupply supply;
  public final LimitedTables tables;
  public final DeviceModel model;
  public final SendGate gate;
  final PassWorkspace.Pool workspaces = new PassWorkspace.Pool();
  final IntArrayPool pool = new IntArrayPool(8);
  public final ExecutorService worker;
  public final RoundContext rounds;
  public final PassContext context;

  public OwnParts() {
    this(Executors.newFixedThreadPool(2));
  }

  public OwnParts(ExecutorService worker) {
    this(SessionModel.bundle(11), worker);
  }

  public OwnParts(ModelBundle bundle, ExecutorService worker) {
    this.bundle = bundle;
    this.worker = worker;
    this.edge = new FakeEdge(bundle.edge(), log);
    this.supply = new RecordingSupply(bundle, log);
    this.tables = new LimitedTables(bundle, 100);
    this.model = DeviceModel.load(bundle.device());
    this.gate = new SendGate(supply, 1);
    this.rounds = new RoundContext(model, supply, tables, true, pool, workspaces, null);
    this.context = new PassContext(rounds, edge, gate, Duration.ZERO, worker, request -> {});
  }

  /** A model that is closed overwrites what is given back to it. */
  public boolean modelIsClosed() {
    NativeTensor tensor;
    try (Activations values = model.activations(SessionModel.inputs(1))) {
      tensor = values.create("v", 3);
      tensor.floats().put(0, 5);
    }
    return tensor.floats().get(0) == 0;
  }

  /** Workers whose end is interrupted at the very moment at which it comes. */
  public static ExecutorService endingWhenInterrupted() {
    return new ThreadPoolExecutor(2, 2, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>()) {
      @Override
      public boolean awaitTermination(long timeout, TimeUnit unit) throws InterruptedException {
        super.awaitTermination(SessionFixture.WAIT_SECONDS, TimeUnit.SECONDS);
        throw new InterruptedException();
      }
    };
  }

  /** Workers that never end as far as one can see, however long one waits. */
  public static ExecutorService neverEnding() {
    return new ThreadPoolExecutor(2, 2, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>()) {
      @Override
      public boolean awaitTermination(long timeout, TimeUnit unit) {
        return false;
      }
    };
  }

  /** How many of the tensors of a shape that the model gives out first have held values. */
  public int tensorsOfUse(long... shape) {
    int used = 0;
    try (Activations values = model.activations(SessionModel.inputs(1))) {
      while (holdsValues(values.create("tensor " + used, shape).floats())) {
        used++;
      }
    }
    return used;
  }

  private static boolean holdsValues(FloatBuffer floats) {
    boolean holds = false;
    for (int i = 0; i < floats.capacity(); i++) {
      holds |= floats.get(i) != 0;
    }
    return holds;
  }

  @Override
  public void close() {
    worker.shutdownNow();
    model.close();
    tables.close();
    supply.close();
    edge.close();
  }
}
