/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.testkit;

import java.util.ArrayList;
import java.util.List;
import org.lepcnn.core.field.ResidueField;
import org.lepcnn.core.model.Fingerprint;
import org.lepcnn.core.model.MaskedTensorSpec;
import org.lepcnn.core.model.Plan;
import org.lepcnn.core.port.ChainId;
import org.lepcnn.core.port.EdgeCall;
import org.lepcnn.core.port.InstanceId;
import org.lepcnn.core.port.PassClaim;
import org.lepcnn.core.port.PassId;
import org.lepcnn.core.port.PassRelease;
import org.lepcnn.core.port.PassRound;
import org.lepcnn.core.port.RoundRequest;
import org.lepcnn.flink.record.AssembledRequest;
import org.lepcnn.flink.record.InboundRecord;
import org.lepcnn.flink.record.RequestHeader;
import org.lepcnn.flink.record.TensorPayload;
import org.lepcnn.kafka.chunk.ByteSlice;
import org.lepcnn.kafka.codec.EdgeRequest;
import org.lepcnn.kafka.codec.RequestCodec;
import org.lepcnn.kafka.codec.TensorChunkView;

/** Requests of one device, as records and as the operators see them. */
public final class Requests {
  public static final String TOPIC = "lepcnn.requests.gw";
  public static final String RESULTS = "lepcnn.results.gw";
  public static final ChainId CHAIN = new ChainId(11, 12);
  public static final InstanceId INSTANCE = new InstanceId(1, 1);
  public static final InstanceId OTHER_INSTANCE = new InstanceId(2, 2);
  public static final long LIFETIME = 60_000;

  private Requests() {}

  /** A claim. */
  public static PassClaim claimCall(
      String device, Fingerprint model, InstanceId instance, long first, long last) {
    return claimCall(device, CHAIN, model, instance, first, last);
  }

  /** A claim of another chain. */
  public static PassClaim claimCall(
      String device, ChainId chain, Fingerprint model, InstanceId instance, long first, long last) {
    return new PassClaim(device, chain, model, first, last, instance);
  }

  /** A release. */
  public static PassRelease releaseCall(
      String device, Fingerprint model, InstanceId instance, long firstFree) {
    return new PassRelease(device, CHAIN, model, firstFree, instance);
  }

  /** A round. */
  public static PassRound roundCall(
      String device, Fingerprint model, InstanceId instance, long pass, int round) {
    return new PassRound(new PassId(device, CHAIN, model, pass), round, instance);
  }

  /** A header that never expires. */
  public static RequestHeader header(EdgeCall call) {
    return new RequestHeader(TOPIC, 0, 0, call, Long.MAX_VALUE);
  }

  /** A release behind the decoder. */
  public static AssembledRequest release(
      String device, Fingerprint model, InstanceId instance, long firstFree) {
    return new AssembledRequest(
        header(releaseCall(device, model, instance, firstFree)), 0, List.of());
  }

  /** The record of a release. */
  public static InboundRecord releaseRecord(
      String device, Fingerprint model, InstanceId instance, long firstFree) {
    return record(releaseCall(device, model, instance, firstFree));
  }

  /** The record of a release of any chain. */
  public static InboundRecord record(PassRelease release) {
    return record(RequestCodec.current().encode(release, LIFETIME));
  }

  /** The header of a round that never expires. */
  public static RequestHeader roundHeader(
      String device, Fingerprint model, InstanceId instance, long pass, int round) {
    return header(roundCall(device, model, instance, pass, round));
  }

  /** A claim behind the decoder. */
  public static AssembledRequest claim(
      String device, Fingerprint model, InstanceId instance, long first, long last) {
    return new AssembledRequest(
        header(claimCall(device, model, instance, first, last)), 0, List.of());
  }

  /** A round behind the decoder. */
  public static AssembledRequest round(
      String device,
      Fingerprint model,
      InstanceId instance,
      long pass,
      int round,
      long digest,
      List<RoundRequest.Tensor> tensors) {
    PassRound call = roundCall(device, model, instance, pass, round);
    return new AssembledRequest(
        header(call),
        digest,
        tensors.stream().map(tensor -> payload(call, wide(tensor), tensor)).toList());
  }

  /** A round of a plan behind the decoder. */
  public static AssembledRequest round(
      Plan plan, PassRound call, List<RoundRequest.Tensor> tensors) {
    return new AssembledRequest(
        header(call),
        0,
        tensors.stream().map(tensor -> payload(call, plan.tensor(tensor.id()), tensor)).toList());
  }

  /** The records of a round, as a gateway sends them. */
  public static List<InboundRecord> records(
      String device,
      Fingerprint model,
      InstanceId instance,
      long pass,
      int round,
      List<RoundRequest.Tensor> tensors) {
    PassRound call = roundCall(device, model, instance, pass, round);
    List<InboundRecord> records = new ArrayList<>();
    for (RoundRequest.Tensor tensor : tensors) {
      records.addAll(records(call, wide(tensor), tensor));
    }
    return records;
  }

  /** The records of a round of a plan. */
  public static List<InboundRecord> records(
      Plan plan, PassRound call, List<RoundRequest.Tensor> tensors) {
    List<InboundRecord> records = new ArrayList<>();
    for (RoundRequest.Tensor tensor : tensors) {
      records.addAll(records(call, plan.tensor(tensor.id()), tensor));
    }
    return records;
  }

  /** The record of a claim. */
  public static InboundRecord claimRecord(
      String device, Fingerprint model, InstanceId instance, long first, long last) {
    return record(claimCall(device, model, instance, first, last));
  }

  /** The record of a claim of any chain. */
  public static InboundRecord record(PassClaim claim) {
    return record(RequestCodec.current().encode(claim, LIFETIME));
  }

  /** A record appended at time 0. */
  public static InboundRecord record(byte[] value) {
    return new InboundRecord(TOPIC, 3, 17, 0, value);
  }

  /** The first record of zeros under these numbers, which need be in no plan. */
  public static InboundRecord zeros(PassRound call, int tensor, int elements) {
    RoundRequest.Tensor zeros = new RoundRequest.Tensor(tensor, new int[elements]);
    return records(call, wide(zeros), zeros).get(0);
  }

  private static MaskedTensorSpec wide(RoundRequest.Tensor tensor) {
    return new MaskedTensorSpec(tensor.id(), 0, tensor.residues().length, ResidueField.P31);
  }

  private static List<InboundRecord> records(
      PassRound call, MaskedTensorSpec spec, RoundRequest.Tensor tensor) {
    return RequestCodec.current().encodeTensor(call, spec, tensor.residues(), LIFETIME).stream()
        .map(Requests::record)
        .toList();
  }

  private static TensorPayload payload(
      PassRound call, MaskedTensorSpec spec, RoundRequest.Tensor tensor) {
    List<ByteSlice> slices = new ArrayList<>();
    for (InboundRecord record : records(call, spec, tensor)) {
      EdgeRequest view = RequestCodec.current().decode(record.value());
      slices.add(((TensorChunkView) view).payload());
    }
    return new TensorPayload(tensor.id(), spec.elements(), slices);
  }
}
