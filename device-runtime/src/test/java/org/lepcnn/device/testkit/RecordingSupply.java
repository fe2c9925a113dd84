/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.testkit;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.lepcnn.core.model.DeviceHalf;
import org.lepcnn.core.model.Fingerprint;
import org.lepcnn.core.model.ModelBundle;
import org.lepcnn.core.port.ChainId;
import org.lepcnn.core.port.InstanceId;
import org.lepcnn.device.key.PassKey;
import org.lepcnn.device.key.SecretKey;
import org.lepcnn.device.supply.MemoryChain;
import org.lepcnn.device.supply.PassSupply;

/** A chain in memory that remembers what became of its passes, and their keys. */
public final class RecordingSupply implements PassSupply {
  public final Map<Long, String> outcomes = new ConcurrentHashMap<>();
  public final Map<Long, PassKey> keys = new ConcurrentHashMap<>();
  public volatile boolean recordingFails;

  /** Runs while a failure is being recorded. */
  public volatile Runnable whileRecording = () -> {};

  public volatile boolean closed;
  public volatile boolean released;
  public volatile boolean claimRefused;
  public volatile InstanceId formerInstance;
  private final MemoryChain chain;
  private final List<String> log;

  public RecordingSupply(ModelBundle bundle, List<String> log) {
    this.chain = new MemoryChain("meter-1", bundle.fingerprint(), bundle.device());
    this.log = log;
  }

  @Override
  public String device() {
    return chain.device();
  }

  @Override
  public ChainId chain() {
    return chain.chain();
  }

  @Override
  public Fingerprint model() {
    return chain.model();
  }

  @Override
  public DeviceHalf deviceHalf() {
    return chain.deviceHalf();
  }

  @Override
  public InstanceId instance() {
    return chain.instance();
  }

  @Override
  public void renewInstance() {
    chain.renewInstance();
  }

  @Override
  public long nextPass() {
    return chain.nextPass();
  }

  @Override
  public Reservation reserve(int passes) {
    Reservation reservation = chain.reserve(passes);
    return new Reservation() {
      @Override
      public long firstPass() {
        return reservation.firstPass();
      }

      @Override
      public long lastPass() {
        return reservation.lastPass();
      }

      @Override
      public int remaining() {
        return reservation.remaining();
      }

      @Override
      public Pass take() {
        Pass pass = reservation.take();
        keys.put(pass.number(), pass.key().copy());
        outcomes.put(pass.number(), "in flight");
        return new RecordedPass(pass);
      }
    };
  }

  @Override
  public Optional<InstanceId> releasedBefore(long pass) {
    return pass == 0 ? Optional.ofNullable(formerInstance) : Optional.empty();
  }

  @Override
  public void released() {
    released = true;
  }

  @Override
  public void claimRefused() {
    claimRefused = true;
  }

  @Override
  public SecretKey groupKey(long group) {
    return chain.groupKey(group);
  }

  @Override
  public long integrityFailures() {
    return chain.integrityFailures();
  }

  @Override
  public void recordIntegrityFailure() {
    if (recordingFails) {
      throw new org.lepcnn.core.error.EnvironmentException("Disk full.");
    }
    whileRecording.run();
    chain.recordIntegrityFailure();
    log.add("failure recorded");
  }

  @Override
  public void close() {
    closed = true;
    chain.close();
  }

  private final class RecordedPass implements Pass {
    private final Pass pass;

    RecordedPass(Pass pass) {
      this.pass = pass;
    }

    @Override
    public long number() {
      return pass.number();
    }

    @Override
    public PassKey key() {
      return pass.key();
    }

    @Override
    public void finish() {
      outcomes.put(number(), "finished");
      pass.finish();
    }

    @Override
    public void burn() {
      outcomes.put(number(), "burned");
      pass.burn();
    }
  }
}
