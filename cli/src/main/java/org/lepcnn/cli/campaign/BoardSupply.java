/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli.campaign;

import java.util.Optional;
import org.lepcnn.core.model.DeviceHalf;
import org.lepcnn.core.model.Fingerprint;
import org.lepcnn.core.port.ChainId;
import org.lepcnn.core.port.InstanceId;
import org.lepcnn.device.key.SecretKey;
import org.lepcnn.device.session.PassSupply;

/** Writes reservations on the board. */
record BoardSupply(PassSupply supply, PhaseBoard board) implements PassSupply {
  @Override
  public String device() {
    return supply.device();
  }

  @Override
  public ChainId chain() {
    return supply.chain();
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
  public long nextPass() {
    return supply.nextPass();
  }

  @Override
  public Range reserve(int passes) {
    board.enter(PhaseBoard.Phase.RESERVING);
    try {
      return supply.reserve(passes);
    } finally {
      board.leave(PhaseBoard.Phase.RESERVING);
    }
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
  public SecretKey groupKey(long group) {
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
}
