/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.guard;

import java.util.function.Predicate;
import org.lepcnn.core.model.Fingerprint;
import org.lepcnn.core.port.EdgeErrorCode;
import org.lepcnn.core.port.PassClaim;

/**
 * Room for a device's chains.
 *
 * <p>A chain that the device may use is never forgotten, for a copy of its state could then claim
 * passes that were used. One that the device's enrolment excludes by name gives way when there is
 * no room otherwise, and only its name is kept: whatever is enrolled later, it stays refused.
 */
final class ChainRoom {
  private final GuardLimits limits;

  ChainRoom(GuardLimits limits) {
    this.limits = limits;
  }

  /** Makes room for one more chain of the claim's model; refuses, and changes nothing, without. */
  Verdict make(DeviceGuard device, PassClaim claim, ExcludedChains excluded) {
    if (fits(device, claim.model(), chain -> true)) {
      return Verdict.ACCEPTED;
    }
    boolean full = device.chains().size() >= limits.chainsPerDevice();
    Predicate<ChainGuard> needless =
        chain -> excluded.include(chain) && (full || chain.model().equals(claim.model()));
    if (!fits(device, claim.model(), needless.negate())) {
      return tooMany(device, claim);
    }
    long more = device.chains().stream().filter(needless).count();
    if (device.retired().size() + more > DeviceGuard.MOST_RETIRED) {
      return Verdict.refuse(
          EdgeErrorCode.TOO_MANY_CHAINS,
          "device "
              + claim.device()
              + " has as many retired chains as the edge keeps; enrol it under another id");
    }
    device.retire(needless);
    return Verdict.ACCEPTED;
  }

  private boolean fits(DeviceGuard device, Fingerprint model, Predicate<ChainGuard> counts) {
    int all = 0;
    int ofModel = 0;
    for (ChainGuard chain : device.chains()) {
      if (counts.test(chain)) {
        all++;
        ofModel += chain.model().equals(model) ? 1 : 0;
      }
    }
    return all < limits.chainsPerDevice() && ofModel < limits.chainsPerModel();
  }

  private Verdict tooMany(DeviceGuard device, PassClaim claim) {
    long ofModel =
        device.chains().stream().filter(chain -> chain.model().equals(claim.model())).count();
    return Verdict.refuse(
        EdgeErrorCode.TOO_MANY_CHAINS,
        ("the edge keeps %d chains of a model and %d of a device and forgets none; device %s has %d"
                + " of model %s, %d in all. Name those in use, and others give way: lepcnn devices"
                + " enrol %s --chain CHAIN ...")
            .formatted(
                limits.chainsPerModel(),
                limits.chainsPerDevice(),
                claim.device(),
                ofModel,
                claim.model().shortName(),
                device.chains().size(),
                claim.device()));
  }
}
