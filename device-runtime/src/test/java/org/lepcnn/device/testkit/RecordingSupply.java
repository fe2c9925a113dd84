/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.testkit;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.core.model.ModelBundle;
import org.lepcnn.core.port.InstanceId;
import org.lepcnn.device.key.PassKey;
import org.lepcnn.device.supply.ForwardingSupply;
import org.lepcnn.device.supply.MemoryChain;

/** A chain in memory that remembers what became of its passes, and their keys. */
public final class RecordingSupply extends ForwardingSupply {
  public final Map<Long, String> outcomes = new ConcurrentHashMap<>();
  public final Map<Long, PassKey> keys = new ConcurrentHashMap<>();
  public volatile boolean recordingFails;

  /** Runs while a failure is being recorded. */
  public volatile Runnable whileRecording = () -> {};

  public volatile boolean closed;
  public volatile boolean released;
  public volatile boolean claimRefused;
  public volatile InstanceId formerInstance;
  private final List<String> log;

  public RecordingSupply(ModelBundle bundle, List<String> log) {
    super(new MemoryChain("meter-1", bundle.fingerprint(), bundle.device()));
    this.log = log;
  }

  @Override
  protected Pass take(Reservation reservation) {
    Pass pass = reservation.take();
    keys.put(pass.number(), pass.key().copy());
    outcomes.put(pass.number(), "in flight");
    return new RecordedPass(pass);
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
  public void recordIntegrityFailure() {
    if (recordingFails) {
      throw new EnvironmentException("Disk full.");
    }
    whileRecording.run();
    super.recordIntegrityFailure();
    log.add("failure recorded");
  }

  @Override
  public void close() {
    closed = true;
    super.close();
  }

  private final class RecordedPass extends ForwardingPass {
    RecordedPass(Pass pass) {
      super(pass);
    }

    @Override
    public void finish() {
      outcomes.put(number(), "finished");
      super.finish();
    }

    @Override
    public void burn() {
      outcomes.put(number(), "burned");
      super.burn();
    }
  }
}
