/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.supply;

import java.util.Optional;
import org.lepcnn.core.model.DeviceHalf;
import org.lepcnn.core.model.Fingerprint;
import org.lepcnn.core.port.ChainId;
import org.lepcnn.core.port.InstanceId;
import org.lepcnn.device.key.CipherSuite;
import org.lepcnn.device.key.GroupKey;
import org.lepcnn.device.key.PassKey;

/** Hands everything on to another supply; base of those that watch or change one thing. */
public abstract class ForwardingSupply implements PassSupply {
  private final PassSupply supply;

  protected ForwardingSupply(PassSupply supply) {
    this.supply = supply;
  }

  /** Takes the next pass of a reservation of the other supply. */
  protected Pass take(Reservation reservation) {
    return reservation.take();
  }

  @Override
  public String device() {
    return supply.device();
  }

  @Override
  public ChainId chain() {
    return supply.chain();
  }

  @Override
  public CipherSuite suite() {
    return supply.suite();
  }

  @Override
  public Fingerprint model() {
    return supply.model();
  }

  @Override
  public DeviceHalf deviceHalf() {
    return supply.deviceHalf();
  }

  @Override
  public InstanceId instance() {
    return supply.instance();
  }

  @Override
  public void renewInstance() {
    supply.renewInstance();
  }

  @Override
  public long nextPass() {
    return supply.nextPass();
  }

  @Override
  public Reservation reserve(int passes) {
    Reservation reservation = supply.reserve(passes);
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
        return ForwardingSupply.this.take(reservation);
      }
    };
  }

  @Override
  public Optional<InstanceId> releasedBefore(long pass) {
    return supply.releasedBefore(pass);
  }

  @Override
  public void released() {
    supply.released();
  }

  @Override
  public void claimRefused() {
    supply.claimRefused();
  }

  @Override
  public GroupKey groupKey(long group) {
    return supply.groupKey(group);
  }

  @Override
  public long integrityFailures() {
    return supply.integrityFailures();
  }

  @Override
  public void recordIntegrityFailure() {
    supply.recordIntegrityFailure();
  }

  @Override
  public void close() {
    supply.close();
  }

  /** Hands everything on to another pass. */
  protected abstract static class ForwardingPass implements Pass {
    private final Pass pass;

    protected ForwardingPass(Pass pass) {
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
      pass.finish();
    }

    @Override
    public void burn() {
      pass.burn();
    }
  }
}
