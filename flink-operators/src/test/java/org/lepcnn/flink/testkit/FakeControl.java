/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.testkit;

import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import org.lepcnn.core.model.Fingerprint;
import org.lepcnn.core.port.ChainId;
import org.lepcnn.flink.control.EdgeControl;
import org.lepcnn.flink.kernel.ModelRegistry;
import org.lepcnn.flink.kernel.ModelSource;
import org.lepcnn.flink.kernel.ModelWarmUp;
import org.lepcnn.flink.model.FixedModel;
import org.lepcnn.flink.model.ModelPool;
import org.lepcnn.flink.quota.Allowed;
import org.lepcnn.flink.quota.Enrolment;
import org.lepcnn.flink.quota.QuotaSettings;
import org.lepcnn.flink.quota.Quotas;

/** Devices that are enrolled because a test says so; survives serialization within one process. */
public final class FakeControl implements EdgeControl.Provider {
  private static final long serialVersionUID = 1L;
  private static final Map<String, State> ALL = new ConcurrentHashMap<>();

  private final String id = UUID.randomUUID().toString();
  private final ModelSource model;

  private static final class State {
    final Map<String, Enrolment> devices = new ConcurrentHashMap<>();
    final Map<String, LongSupplier> figures = new ConcurrentHashMap<>();
    final Quotas quotas;
    volatile boolean ready = true;
    volatile boolean defective;
    final AtomicInteger asksLeft = new AtomicInteger();
    final AtomicInteger shares = new AtomicInteger();

    State(QuotaSettings quotas) {
      this.quotas = new Quotas(quotas);
    }
  }

  /**
   * @param model what is served
   * @param quotas of devices whose enrolment names none
   */
  public FakeControl(ModelSource model, QuotaSettings quotas) {
    this.model = model;
    ALL.put(id, new State(quotas));
  }

  /** Enrols a device, or enrols it anew. */
  public FakeControl enrol(
      String device, String gateway, List<Fingerprint> models, long requests, long bytes) {
    ALL.get(id).devices.put(device, new Enrolment(gateway, models, requests, bytes, false));
    return this;
  }

  /** Lets an enrolled device use these chains and no others. */
  public void restrict(String device, List<ChainId> chains) {
    ALL.get(id)
        .devices
        .computeIfPresent(
            device,
            (name, enrolment) ->
                new Enrolment(
                    enrolment.gateway(),
                    enrolment.models(),
                    Allowed.only(chains),
                    enrolment.requestsPerSecond(),
                    enrolment.bytesPerSecond(),
                    enrolment.revoked()));
  }

  /**
   * Revokes an enrolled device; nothing else about it changes, as with the record of a revocation.
   */
  public void revoke(String device) {
    ALL.get(id)
        .devices
        .computeIfPresent(
            device,
            (name, enrolment) ->
                new Enrolment(
                    enrolment.gateway(),
                    enrolment.models(),
                    enrolment.chains(),
                    enrolment.requestsPerSecond(),
                    enrolment.bytesPerSecond(),
                    true));
  }

  /** Says whether all is known. */
  public FakeControl ready(boolean ready) {
    ALL.get(id).ready = ready;
    return this;
  }

  /** Lets every question about a device fail, as a defect would. */
  public FakeControl defective(boolean defective) {
    ALL.get(id).defective = defective;
    return this;
  }

  /** Has a figure for metrics. */
  public FakeControl figure(String name, long value) {
    ALL.get(id).figures.put(name, () -> value);
    return this;
  }

  /** How many have opened this control and not closed it. */
  public int shares() {
    return ALL.get(id).shares.get();
  }

  /** All is known once somebody has asked that often in vain. */
  public FakeControl readyAfter(int asks) {
    ALL.get(id).asksLeft.set(asks);
    return this;
  }

  @Override
  public EdgeControl open(ModelWarmUp warmUp) {
    State state = ALL.get(id);
    FixedModel pool = new FixedModel(ModelRegistry.acquire(model, warmUp));
    state.shares.incrementAndGet();
    return new EdgeControl() {
      @Override
      public boolean isReady() {
        return state.ready && state.asksLeft.getAndUpdate(left -> Math.max(0, left - 1)) == 0;
      }

      @Override
      public Enrolment enrolment(String device) {
        if (state.defective) {
          throw new IllegalStateException("a defect");
        }
        return state.devices.get(device);
      }

      @Override
      public ModelPool models() {
        return pool;
      }

      @Override
      public Quotas quotas() {
        return state.quotas;
      }

      @Override
      public Map<String, LongSupplier> figures() {
        return state.figures;
      }

      @Override
      public void close() {
        state.shares.decrementAndGet();
        pool.close();
      }
    };
  }
}
