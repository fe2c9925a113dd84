/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.session;

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

/** The parts of a session, for tests that look at what a session leaves in them. */
final class OwnParts implements AutoCloseable {
  final ModelBundle bundle;
  final List<String> log = new CopyOnWriteArrayList<>();
  final FakeEdge edge;
  final RecordingSupply supply;
  final LimitedTables tables;
  final DeviceModel model;
  final EdgeGate gate;
  final PassWorkspace.Pool workspaces = new PassWorkspace.Pool();
  final IntArrayPool pool = new IntArrayPool(8);
  final ExecutorService worker;
  final SessionParts parts;

  OwnParts() {
    this(Executors.newFixedThreadPool(2));
  }

  OwnParts(ExecutorService worker) {
    this(SessionModel.bundle(11), worker);
  }

  OwnParts(ModelBundle bundle, ExecutorService worker) {
    this.bundle = bundle;
    this.worker = worker;
    this.edge = new FakeEdge(bundle.edge(), log);
    this.supply = new RecordingSupply(bundle, log);
    this.tables = new LimitedTables(bundle, 100);
    this.model = DeviceModel.load(bundle.device());
    this.gate = new EdgeGate(supply, 1);
    this.parts =
        new SessionParts(
            model,
            supply,
            tables,
            edge,
            gate,
            new Pacer(Duration.ZERO),
            new ChallengeCache(supply, tables),
            pool,
            workspaces,
            worker,
            request -> {},
            null);
  }

  PrivateSession session(Duration closeTimeout) {
    SessionOptions options = new SessionOptions(1, 4, 1, closeTimeout, Duration.ofDays(1));
    return new PrivateSession(parts, options, worker);
  }

  /** A model that is closed overwrites what is given back to it. */
  boolean modelIsClosed() {
    NativeTensor tensor;
    try (Activations values = model.activations(SessionModel.inputs(1))) {
      tensor = values.create("v", 3);
      tensor.floats().put(0, 5);
    }
    return tensor.floats().get(0) == 0;
  }

  /** Workers whose end is interrupted at the very moment at which it comes. */
  static ExecutorService endingWhenInterrupted() {
    return new ThreadPoolExecutor(2, 2, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>()) {
      @Override
      public boolean awaitTermination(long timeout, TimeUnit unit) throws InterruptedException {
        super.awaitTermination(SessionFixture.WAIT_SECONDS, TimeUnit.SECONDS);
        throw new InterruptedException();
      }
    };
  }

  /** Workers that never end as far as one can see, however long one waits. */
  static ExecutorService neverEnding() {
    return new ThreadPoolExecutor(2, 2, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>()) {
      @Override
      public boolean awaitTermination(long timeout, TimeUnit unit) {
        return false;
      }
    };
  }

  /** How many of the tensors of a shape that the model gives out first have held values. */
  int tensorsOfUse(long... shape) {
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
