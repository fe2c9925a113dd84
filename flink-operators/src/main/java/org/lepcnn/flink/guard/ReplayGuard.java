/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.guard;

import org.lepcnn.core.port.EdgeCall;
import org.lepcnn.core.port.EdgeErrorCode;
import org.lepcnn.core.port.PassClaim;
import org.lepcnn.core.port.PassRelease;
import org.lepcnn.core.port.PassRound;

/**
 * The rules for claims and rounds of one device, apart from Flink's state plumbing.
 *
 * <p><b>Claims.</b> A chain belongs to the instance that claimed last. The same instance may repeat
 * its claim and may widen it. Another instance must start above everything claimed before; it then
 * takes the chain over, and what the former instance still sends is refused. So of two copies of a
 * device's state at most one is ever served for a pass. For that no chain is forgotten: where there
 * is no room for a further one its first claim is refused, see {@link ChainRoom}.
 *
 * <p><b>Releases.</b> The instance that holds the chain ends its claim before the first pass that
 * it did not use; nothing from there on may have been seen. Afterwards it can claim nothing, so
 * that a late repetition of its claim undoes nothing, and another instance may claim from there on.
 * A release of an instance that does not hold the chain changes nothing.
 *
 * <p><b>Rounds.</b> A pass must be covered by the claim in force. Per open pass the last round and
 * its digest are kept: a later round is accepted, the same round with the same digest is accepted
 * again (the result is computed again), the same round with another digest means that one mask was
 * used for two tensors. Earlier rounds, and passes below the floor, are stale.
 *
 * <p>State is bounded: {@link GuardLimits#chainsPerDevice()} chains with at most {@value
 * OpenPasses#CAPACITY} open passes each, and the names of {@value DeviceGuard#MOST_RETIRED} retired
 * ones. A refused request changes no claim and no digest.
 */
final class ReplayGuard {
  private final GuardLimits limits;
  private final ChainRoom room;

  ReplayGuard(GuardLimits limits) {
    this.limits = limits;
    this.room = new ChainRoom(limits);
  }

  /**
   * Judges a claim, a release or a round and, when it is accepted, records it.
   *
   * @param digest of a round, over ids, shapes and residues
   * @param excluded the device's chains that give way where there is no room
   */
  Verdict judge(DeviceGuard device, EdgeCall call, long digest, ExcludedChains excluded) {
    if (call instanceof PassClaim claim) {
      return claim(device, claim, excluded);
    }
    if (call instanceof PassRelease release) {
      return release(device, release);
    }
    return round(device, (PassRound) call, digest);
  }

  /**
   * Judges a claim and, when it is accepted, records it.
   *
   * @param excluded the device's chains that give way where there is no room
   */
  Verdict claim(DeviceGuard device, PassClaim claim, ExcludedChains excluded) {
    if (claim.lastPass() - claim.firstPass() >= limits.jumpBound()) {
      return Verdict.refuse(
          EdgeErrorCode.PASS_OUT_OF_RANGE,
          "a claim may cover at most " + limits.jumpBound() + " passes");
    }
    ChainGuard chain = device.find(claim.chain(), claim.model());
    return chain == null ? firstClaim(device, claim, excluded) : claimAgain(chain, claim);
  }

  /**
   * Judges a release and, when it is accepted, ends the claim of its instance. A repetition is
   * accepted again.
   */
  Verdict release(DeviceGuard device, PassRelease release) {
    ChainGuard chain = device.find(release.chain(), release.model());
    if (chain == null) {
      return unknown(device, release);
    }
    if (!chain.instance().equals(release.instance())) {
      return Verdict.refuse(
          EdgeErrorCode.CLAIMED_BY_ANOTHER_INSTANCE,
          "instance " + chain.instance() + " holds the chain");
    }
    long firstFree = release.firstFree();
    if (firstFree < chain.open().nextUnseen()) {
      return Verdict.refuse(
          EdgeErrorCode.MASK_REUSE_SUSPECTED,
          "a pass from " + firstFree + " on was used and cannot be given back");
    }
    if (firstFree < chain.first() || firstFree > chain.last() + 1) {
      return Verdict.refuse(
          EdgeErrorCode.NOT_CLAIMED,
          "the claim in force covers passes " + chain.first() + " to " + chain.last());
    }
    chain.release(firstFree);
    return Verdict.ACCEPTED;
  }

  /**
   * Judges a round and, when it is accepted, records its digest.
   *
   * @param digest over ids, shapes and residues
   */
  Verdict round(DeviceGuard device, PassRound round, long digest) {
    ChainGuard chain = device.find(round.chain(), round.model());
    if (chain == null) {
      return unknown(device, round);
    }
    long pass = round.pass().pass();
    if (!chain.instance().equals(round.instance()) && pass <= chain.last()) {
      return Verdict.refuse(
          EdgeErrorCode.CLAIMED_BY_ANOTHER_INSTANCE,
          "instance " + chain.instance() + " holds the chain");
    }
    if (!chain.instance().equals(round.instance()) || pass < chain.first() || pass > chain.last()) {
      return Verdict.refuse(
          EdgeErrorCode.NOT_CLAIMED,
          "the claim in force covers passes " + chain.first() + " to " + chain.last());
    }
    return openRound(chain.open(), pass, round.round(), digest);
  }

  private Verdict firstClaim(DeviceGuard device, PassClaim claim, ExcludedChains excluded) {
    if (device.retired().contains(claim.chain())) {
      return unknown(device, claim);
    }
    Verdict verdict = room.make(device, claim, excluded);
    if (verdict.accepted()) {
      device.chains().add(ChainGuard.claimed(claim));
    }
    return verdict;
  }

  private static Verdict unknown(DeviceGuard device, EdgeCall call) {
    return device.retired().contains(call.chain())
        ? Verdict.refuse(
            EdgeErrorCode.CHAIN_RETIRED,
            "chain " + call.chain() + " gave way to others; provision the device again")
        : Verdict.refuse(EdgeErrorCode.NOT_CLAIMED, "no claim is known for this chain");
  }

  private Verdict claimAgain(ChainGuard chain, PassClaim claim) {
    boolean same = chain.instance().equals(claim.instance());
    if (same && chain.released()) {
      return Verdict.refuse(
          EdgeErrorCode.STALE, "the instance released its claim and cannot claim any more");
    }
    long above = same ? chain.othersLast() : chain.last();
    if (claim.firstPass() <= above) {
      return Verdict.refuse(
          EdgeErrorCode.CLAIMED_BY_ANOTHER_INSTANCE,
          "passes up to " + above + " were claimed by another instance");
    }
    if (claim.firstPass() - chain.last() > limits.jumpBound()) {
      return Verdict.refuse(
          EdgeErrorCode.PASS_OUT_OF_RANGE,
          "a claim may skip at most " + limits.jumpBound() + " passes after " + chain.last());
    }
    if (same) {
      chain.extend(claim.firstPass(), claim.lastPass());
    } else {
      chain.handOver(claim.instance(), claim.firstPass(), claim.lastPass());
    }
    return Verdict.ACCEPTED;
  }

  private static Verdict openRound(OpenPasses open, long pass, int round, long digest) {
    if (pass < open.floor()) {
      return Verdict.refuse(EdgeErrorCode.STALE, "passes below " + open.floor() + " are closed");
    }
    int index = open.find(pass);
    if (index < 0) {
      return open.add(pass, round, digest)
          ? Verdict.ACCEPTED
          : Verdict.refuse(EdgeErrorCode.STALE, "passes below " + open.floor() + " are closed");
    }
    if (round < open.round(index)) {
      return Verdict.refuse(
          EdgeErrorCode.STALE, "round " + open.round(index) + " of the pass was seen");
    }
    if (round > open.round(index)) {
      open.advance(index, round, digest);
      return Verdict.ACCEPTED;
    }
    return digest == open.digest(index)
        ? Verdict.ACCEPTED
        : Verdict.refuse(
            EdgeErrorCode.MASK_REUSE_SUSPECTED,
            "another request came under the same pass and round");
  }
}
