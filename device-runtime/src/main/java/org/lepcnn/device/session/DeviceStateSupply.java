/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.session;

import java.util.Optional;
import org.lepcnn.core.model.DeviceHalf;
import org.lepcnn.core.model.Fingerprint;
import org.lepcnn.core.port.ChainId;
import org.lepcnn.core.port.InstanceId;
import org.lepcnn.device.key.PassKey;
import org.lepcnn.device.key.SecretKey;
import org.lepcnn.device.state.DeviceState;
import org.lepcnn.device.state.PassLease;
import org.lepcnn.device.state.Reservation;

/** The passes of a device's durable state. */
public final class DeviceStateSupply implements PassSupply {
  private final DeviceState state;

  /**
   * @param state closed with this
   */
  public DeviceStateSupply(DeviceState state) {
    this.state = state;
  }

  @Override
  public String device() {
    return state.device();
  }

  @Override
  public ChainId chain() {
    return state.chain();
  }

  @Override
  public Fingerprint model() {
    return state.model();
  }

  @Override
  public DeviceHalf deviceHalf() {
    return state.deviceHalf();
  }

  @Override
  public InstanceId instance() {
    return state.instance();
  }

  @Override
  public void renewInstance() {
    state.renewInstance();
  }

  @Override
  public long nextPass() {
    return state.nextPass();
  }

  @Override
  public Range reserve(int passes) {
    return new ReservedRange(state.reserve(passes));
  }

  @Override
  public Optional<InstanceId> releasedBefore(long pass) {
    return state.releasedBefore(pass);
  }

  @Override
  public void released() {
    state.released();
  }

  @Override
  public void claimRefused() {
    state.claimRefused();
  }

  @Override
  public SecretKey groupKey(long group) {
    return state.challengeKey().groupKey(group);
  }

  @Override
  public long integrityFailures() {
    return state.integrityFailures();
  }

  @Override
  public void recordIntegrityFailure() {
    state.recordIntegrityFailure();
  }

  @Override
  public void close() {
    state.close();
  }

  private record ReservedRange(Reservation reservation) implements Range {
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
      return new LeasedPass(reservation.take());
    }
  }

  private record LeasedPass(PassLease lease) implements Pass {
    @Override
    public long number() {
      return lease.pass();
    }

    @Override
    public PassKey key() {
      return lease.key();
    }

    @Override
    public void finish() {
      lease.finish();
    }

    @Override
    public void burn() {
      lease.burn();
    }
  }
}
