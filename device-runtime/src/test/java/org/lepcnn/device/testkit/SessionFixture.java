/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.testkit;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;
import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.core.kernel.ScalarKernels;
import org.lepcnn.core.model.ModelBundle;
import org.lepcnn.device.pass.PassResult;
import org.lepcnn.device.reference.ComputedTables;
import org.lepcnn.device.reference.PlainIntegerNetwork;
import org.lepcnn.device.session.PrivateSession;
import org.lepcnn.device.session.PrivateSessionBuilder;
import org.lepcnn.device.stage.DeviceModel;
import org.lepcnn.device.stage.HostTensor;

/** A session over a fake edge and a chain in memory, all of which tell what happened. */
public final class SessionFixture implements AutoCloseable {
  public static final long WAIT_SECONDS = 20;

  public final ModelBundle bundle;
  public final List<String> log = new CopyOnWriteArrayList<>();
  public final FakeEdge edge;
  public final RecordingSupply supply;
  public final PrivateSession session;

  public SessionFixture() {
    this(builder -> builder);
  }

  public SessionFixture(UnaryOperator<PrivateSessionBuilder> settings) {
    this(1, settings);
  }

  public SessionFixture(int challengesPerLayer, UnaryOperator<PrivateSessionBuilder> settings) {
    this(SessionModel.bundle(11), challengesPerLayer, settings);
  }

  public SessionFixture(
      ModelBundle bundle, int challengesPerLayer, UnaryOperator<PrivateSessionBuilder> settings) {
    this.bundle = bundle;
    edge = new FakeEdge(bundle.edge(), log);
    supply = new RecordingSupply(bundle, log);
    session = settings.apply(builder(challengesPerLayer)).open();
  }

  /** Another session on the same supply and edge. */
  public PrivateSessionBuilder builder(int challengesPerLayer) {
    return PrivateSession.builder(
        supply, new ComputedTables(bundle.edge(), new ScalarKernels(), challengesPerLayer), edge);
  }

  public PassResult run(long seed) {
    return run(SessionModel.inputs(seed));
  }

  public PassResult run(Map<String, HostTensor> inputs) {
    return await(session.submit(inputs));
  }

  /** What a submission fails with. */
  public Throwable failure(Map<String, HostTensor> inputs) {
    return failure(session.submit(inputs));
  }

  public Map<String, HostTensor> plain(Map<String, HostTensor> inputs) {
    try (DeviceModel model = DeviceModel.load(bundle.device())) {
      return new PlainIntegerNetwork(model, bundle.edge()).run(inputs);
    }
  }

  public static <T> T await(CompletableFuture<T> future) {
    try {
      return future.get(WAIT_SECONDS, TimeUnit.SECONDS);
    } catch (Exception e) {
      throw new AssertionError("Expected a result", e);
    }
  }

  public static Throwable failure(CompletableFuture<?> future) {
    try {
      future.get(WAIT_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      return e.getCause();
    } catch (Exception e) {
      throw new AssertionError("Expected a failure in time", e);
    }
    throw new AssertionError("Expected a failure");
  }

  public static void until(BooleanSupplier condition) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(WAIT_SECONDS);
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError("Expected a condition to become true in time");
      }
      Thread.onSpinWait();
    }
  }

  @Override
  public void close() {
    session.close();
    edge.close();
  }

  /** Waits until a latch opens. */
  public static void awaitLatch(CountDownLatch latch) {
    try {
      if (!latch.await(WAIT_SECONDS, TimeUnit.SECONDS)) {
        throw new AssertionError("Expected a latch to open in time");
      }
    } catch (InterruptedException e) {
      throw new EnvironmentException("interrupted", e);
    }
  }
}
