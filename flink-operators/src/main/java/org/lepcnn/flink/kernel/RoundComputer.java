/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.kernel;

import java.util.ArrayList;
import java.util.List;
import org.lepcnn.core.field.ResidueField;
import org.lepcnn.core.model.LinearLayerSpec;
import org.lepcnn.core.port.PassRound;
import org.lepcnn.core.residue.ResidueSink;
import org.lepcnn.flink.record.AssembledRequest;
import org.lepcnn.flink.record.OutgoingRecord;
import org.lepcnn.flink.record.RequestHeader;
import org.lepcnn.flink.record.TensorPayload;
import org.lepcnn.kafka.codec.AnswerCodec;
import org.lepcnn.kafka.codec.LayerRecords;
import org.lepcnn.kafka.topic.Topics;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Computes one round for a batch of requests and encodes the results; runs in a kernel thread. */
public final class RoundComputer {
  private static final Logger LOG = LoggerFactory.getLogger(RoundComputer.class);

  private final LoadedModel model;

  public RoundComputer(LoadedModel model) {
    this.model = model;
  }

  /**
   * What came of a request.
   *
   * @param results all chunks of all layers; empty when it failed
   */
  public record Computed(AssembledRequest request, List<OutgoingRecord> results) {}

  /**
   * Computes a batch of requests for the same round. When that fails, each request is tried alone,
   * so that one cannot spoil the others.
   */
  public List<Computed> compute(List<AssembledRequest> batch) {
    try {
      return computeTogether(batch);
    } catch (RuntimeException e) {
      LOG.error("Computing {} requests, among them {}", batch.size(), batch.get(0).header(), e);
      if (batch.size() == 1) {
        return List.of(new Computed(batch.get(0), List.of()));
      }
      List<Computed> results = new ArrayList<>();
      for (AssembledRequest request : batch) {
        results.addAll(compute(List.of(request)));
      }
      return results;
    }
  }

  private List<Computed> computeTogether(List<AssembledRequest> batch) {
    int round = batch.get(0).header().asRound().round();
    int firstTensor = model.plan().tensorsOfRound(round).get(0).id();
    int[][][] tensors = decode(batch);
    List<List<OutgoingRecord>> results = new ArrayList<>();
    batch.forEach(request -> results.add(new ArrayList<>()));
    for (LinearLayerSpec layer : model.plan().layersOfRound(round)) {
      List<LayerRecords> records = compute(batch, layer, tensors[layer.tensorId() - firstTensor]);
      for (int i = 0; i < records.size(); i++) {
        address(batch.get(i).header(), records.get(i), results.get(i));
      }
    }
    List<Computed> computed = new ArrayList<>();
    for (int i = 0; i < results.size(); i++) {
      computed.add(new Computed(batch.get(i), results.get(i)));
    }
    return computed;
  }

  /** The residues as [tensor of the round][request][element]. */
  private int[][][] decode(List<AssembledRequest> batch) {
    int tensors = batch.get(0).tensors().size();
    int[][][] residues = new int[tensors][batch.size()][];
    for (int request = 0; request < batch.size(); request++) {
      List<TensorPayload> payloads = batch.get(request).tensors();
      for (int tensor = 0; tensor < tensors; tensor++) {
        TensorPayload payload = payloads.get(tensor);
        ResidueField field = model.plan().tensor(payload.id()).field();
        residues[tensor][request] = payload.toResidues(field);
      }
    }
    return residues;
  }

  /** The results of one layer; the kernel writes them into the records. */
  private List<LayerRecords> compute(
      List<AssembledRequest> batch, LinearLayerSpec layer, int[][] inputs) {
    int elements = layer.geometry().outputSize();
    ResidueField field = model.plan().field(layer);
    List<LayerRecords> records = new ArrayList<>();
    for (AssembledRequest request : batch) {
      PassRound call = request.header().asRound();
      AnswerCodec codec = AnswerCodec.current();
      records.add(codec.roomForLayer(call.pass(), call.round(), layer.index(), field, elements));
    }
    ResidueSink[] outputs =
        records.stream().map(LayerRecords::residues).toArray(ResidueSink[]::new);
    model.kernel(layer.index()).apply(inputs.length, inputs, outputs);
    return records;
  }

  private static void address(
      RequestHeader header, LayerRecords records, List<OutgoingRecord> results) {
    String topic = Topics.resultsFor(header.topic());
    for (byte[] value : records.values()) {
      results.add(new OutgoingRecord(topic, header.device(), value));
    }
  }
}
