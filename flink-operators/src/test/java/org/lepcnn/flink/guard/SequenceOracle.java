/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.guard;

import static org.lepcnn.flink.guard.SequenceWorld.require;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.lepcnn.core.field.ResidueField;
import org.lepcnn.core.model.Fingerprint;
import org.lepcnn.core.model.MaskedTensorSpec;
import org.lepcnn.core.model.Plan;
import org.lepcnn.core.port.ChainId;
import org.lepcnn.core.port.EdgeCall;
import org.lepcnn.core.port.EdgeErrorCode;
import org.lepcnn.core.port.InstanceId;
import org.lepcnn.core.port.PassClaim;
import org.lepcnn.core.port.PassRelease;
import org.lepcnn.core.port.PassRound;
import org.lepcnn.flink.record.AssembledRequest;
import org.lepcnn.flink.record.RequestHeader;
import org.lepcnn.flink.record.TensorPayload;
import org.lepcnn.flink.testkit.TestModel;

/**
 * What must hold whatever was sent: no id with two payloads, no pass served for two instances, no
 * pass without a claim, no chain forgotten, floors that never fall, state within its bounds and the
 * same after a checkpoint, and requests that fit the plan of the model they name.
 */
final class SequenceOracle {
  /** Fewer chains than there are, of a model as of a device. */
  static final GuardLimits LIMITS = new GuardLimits(3, 5, 1L << 20);

  /** See the layout of the guard's state: 86 bytes a chain and 20 an open pass at most. */
  private static final int MOST_STATE_BYTES =
      3 + LIMITS.chainsPerDevice() * (110 + OpenPasses.CAPACITY * 23);

  private record Chain(String device, ChainId chain, Fingerprint model) {
    static Chain of(EdgeCall call) {
      return new Chain(call.device(), call.chain(), call.model());
    }
  }

  private record Pass(Chain chain, long pass) {}

  private record Round(Pass pass, int round) {}

  private final Map<Fingerprint, TestModel> models = new HashMap<>();
  private final Map<Round, int[]> payloads = new HashMap<>();
  private final Map<Pass, InstanceId> servedFor = new HashMap<>();
  private final Map<Chain, Long> floors = new HashMap<>();

  /** The claim in force: who holds the chain, and how far. */
  private final Map<Chain, InstanceId> holders = new HashMap<>();

  private final Map<Chain, Long> claimedTo = new HashMap<>();

  SequenceOracle(List<TestModel> models) {
    models.forEach(model -> this.models.put(model.bundle().fingerprint(), model));
  }

  long acceptedRounds() {
    return payloads.size();
  }

  /** A request that the decoder calls complete has what the plan of its model asks for. */
  void complete(AssembledRequest request) {
    RequestHeader header = request.header();
    if (!header.isRound()) {
      require(request.tensors().isEmpty(), "no tensors without a round");
      return;
    }
    List<MaskedTensorSpec> specs =
        models.get(header.model()).plan().tensorsOfRound(header.asRound().round());
    require(request.tensors().size() == specs.size(), "all tensors of the round");
    for (int i = 0; i < specs.size(); i++) {
      TensorPayload tensor = request.tensors().get(i);
      require(tensor.id() == specs.get(i).id(), "tensors in order");
      require(tensor.elements() == specs.get(i).elements(), "the plan's number of residues");
      ResidueField field = specs.get(i).field();
      require(tensor.byteCount() == specs.get(i).wireBytes(), "as many residues as it says");
      require(Arrays.stream(tensor.toResidues(field)).allMatch(field::isCanonical), "residues");
    }
  }

  /** A verdict, with the state before and after it. */
  void judged(DeviceGuard before, DeviceGuard after, AssembledRequest request, Verdict verdict) {
    RequestHeader header = request.header();
    require(after.chains().size() <= LIMITS.chainsPerDevice(), "bounded chains");
    require(bytes(after).length <= MOST_STATE_BYTES, "bounded bytes");
    for (ChainGuard chain : after.chains()) {
      Chain key = new Chain(header.device(), chain.chain(), chain.model());
      Long floor = floors.put(key, chain.open().floor());
      require(floor == null || chain.open().floor() >= floor, "floors never fall");
      require(chain.open().size() <= OpenPasses.CAPACITY, "bounded passes");
    }
    nothingForgotten(header.device(), after);
    if (!verdict.accepted()) {
      require(
          verdict.refusal().code() != EdgeErrorCode.TOO_MANY_CHAINS
              || isFull(before, header.model()),
          "chains are refused for want of room alone");
      require(sameClaims(before, after), "a refusal changes no claim");
    } else if (header.call() instanceof PassClaim claim) {
      claimed(claim);
    } else if (header.call() instanceof PassRelease release) {
      require(release.instance().equals(holders.get(Chain.of(release))), "who releases holds");
      claimedTo.put(Chain.of(release), release.firstFree() - 1);
    } else {
      served(request);
    }
  }

  private void nothingForgotten(String device, DeviceGuard guard) {
    for (Chain chain : holders.keySet()) {
      require(
          !chain.device().equals(device) || guard.find(chain.chain(), chain.model()) != null,
          "no chain that was claimed is forgotten");
    }
  }

  private static boolean isFull(DeviceGuard guard, Fingerprint model) {
    long ofModel = guard.chains().stream().filter(chain -> chain.model().equals(model)).count();
    return guard.chains().size() == LIMITS.chainsPerDevice() || ofModel == LIMITS.chainsPerModel();
  }

  /** What a checkpoint keeps is all there is. */
  DeviceGuard throughACheckpoint(DeviceGuard guard) {
    byte[] written = bytes(guard);
    try {
      DeviceGuard read =
          DeviceGuardSerializer.INSTANCE.deserialize(new DataInputDeserializer(written));
      require(Arrays.equals(bytes(read), written), "the same after a checkpoint");
      return read;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void claimed(PassClaim claim) {
    Chain chain = Chain.of(claim);
    InstanceId holder = holders.put(chain, claim.instance());
    long to = claimedTo.getOrDefault(chain, -1L);
    boolean another = holder != null && !holder.equals(claim.instance());
    require(!another || claim.firstPass() > to, "another instance starts above what was claimed");
    claimedTo.put(chain, Math.max(to, claim.lastPass()));
  }

  private void served(AssembledRequest request) {
    PassRound round = request.header().asRound();
    Chain chain = Chain.of(round);
    Pass pass = new Pass(chain, round.pass().pass());
    require(round.instance().equals(holders.get(chain)), "served for who holds the chain");
    require(round.pass().pass() <= claimedTo.get(chain), "served within the claim");
    InstanceId first = servedFor.putIfAbsent(pass, round.instance());
    require(first == null || first.equals(round.instance()), "a pass served for one instance");
    Plan plan = models.get(round.model()).plan();
    int[] payload =
        request.tensors().stream()
            .flatMapToInt(t -> Arrays.stream(t.toResidues(plan.tensor(t.id()).field())))
            .toArray();
    int[] known = payloads.putIfAbsent(new Round(pass, round.round()), payload);
    require(known == null || Arrays.equals(known, payload), "one payload under an id");
  }

  private static boolean sameClaims(DeviceGuard before, DeviceGuard after) {
    if (before.chains().size() != after.chains().size()) {
      return false;
    }
    for (int i = 0; i < before.chains().size(); i++) {
      ChainGuard a = before.chains().get(i);
      ChainGuard b = after.chains().get(i);
      boolean same =
          a.chain().equals(b.chain())
              && a.model().equals(b.model())
              && a.instance().equals(b.instance())
              && a.first() == b.first()
              && a.last() == b.last()
              && a.othersLast() == b.othersLast()
              && a.released() == b.released();
      if (!same) {
        return false;
      }
    }
    return true;
  }

  private static byte[] bytes(DeviceGuard guard) {
    try {
      DataOutputSerializer out = new DataOutputSerializer(256);
      DeviceGuardSerializer.INSTANCE.serialize(guard, out);
      return out.getCopyOfBuffer();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
