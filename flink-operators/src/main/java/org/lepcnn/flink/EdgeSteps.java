/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink;

import java.io.IOException;
import java.util.List;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.apache.flink.metrics.groups.UnregisteredMetricsGroup;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.util.OutputTag;
import org.jspecify.annotations.Nullable;
import org.lepcnn.flink.answer.WritableAnswers;
import org.lepcnn.flink.batch.KernelOperator;
import org.lepcnn.flink.control.EdgeServices;
import org.lepcnn.flink.control.OpenServices;
import org.lepcnn.flink.decode.DecodeOperator;
import org.lepcnn.flink.decode.RequestDecoder;
import org.lepcnn.flink.decode.RoundAssembler;
import org.lepcnn.flink.guard.DeviceGuard;
import org.lepcnn.flink.guard.GuardFunction;
import org.lepcnn.flink.guard.RequestGuard;
import org.lepcnn.flink.kernel.LoadedModel;
import org.lepcnn.flink.kernel.RoundComputer;
import org.lepcnn.flink.kernel.RoundComputer.Computed;
import org.lepcnn.flink.record.AssembledRequest;
import org.lepcnn.flink.record.AssembledRequestSerializer;
import org.lepcnn.flink.record.InboundRecord;
import org.lepcnn.flink.record.OutgoingRecord;
import org.lepcnn.flink.record.RecordTypes;

/**
 * The steps of the edge and their order, said once: {@link EdgePipeline} adds their operators to a
 * job, and {@link EdgeWarmUp} sends requests through the same steps without one.
 */
final class EdgeSteps {
  private static final OutputTag<OutgoingRecord> NOTICES =
      new OutputTag<>("notices", RecordTypes.OUTGOING);

  private final EdgeSettings settings;
  private final EdgeServices services;

  private EdgeSteps(EdgeSettings settings) {
    this.settings = settings;
    this.services = settings.services();
  }

  /** From Kafka records to Kafka records. */
  static EdgeStep<InboundRecord, OutgoingRecord> of(EdgeSettings settings) {
    EdgeSteps steps = new EdgeSteps(settings);
    return steps.decode().then(steps.guard()).then(steps.kernel());
  }

  private EdgeStep<InboundRecord, AssembledRequest> decode() {
    return new EdgeStep<>(
        (requests, notices) ->
            withNotices(
                requests
                    .transform(
                        "decode",
                        RecordTypes.REQUEST,
                        DecodeOperator.factory(services, settings.assembly(), NOTICES))
                    .uid("lepcnn-decode"),
                notices),
        () -> new RequestDecoder(new RoundAssembler(settings.assembly()), open())::decode);
  }

  private EdgeStep<AssembledRequest, AssembledRequest> guard() {
    return new EdgeStep<>(
        (requests, notices) ->
            withNotices(
                requests
                    .keyBy(request -> request.header().device(), Types.STRING)
                    .process(
                        new GuardFunction(services, settings.guard(), NOTICES), RecordTypes.REQUEST)
                    .name("guard")
                    .uid("lepcnn-guard")
                    .setMaxParallelism(EdgePipeline.MAX_PARALLELISM),
                notices),
        () -> {
          RequestGuard guard = new RequestGuard(settings.guard(), open());
          OneDevice device = new OneDevice();
          return (request, nowMillis) -> guard.take(device.keyed(request), device, nowMillis);
        });
  }

  private EdgeStep<AssembledRequest, OutgoingRecord> kernel() {
    return new EdgeStep<>(
        (requests, notices) ->
            withNotices(
                requests
                    .transform(
                        "masked-linear-kernel",
                        RecordTypes.OUTGOING,
                        KernelOperator.factory(services, settings.batch(), NOTICES))
                    .uid("lepcnn-kernel")
                    .setMaxParallelism(EdgePipeline.MAX_PARALLELISM),
                notices),
        () -> {
          OpenServices opened = open();
          WritableAnswers answers = opened.answers();
          return (request, nowMillis) -> {
            LoadedModel model = opened.control().models().find(request.header().model()).require();
            Computed computed = new RoundComputer(model).compute(List.of(request)).get(0);
            return answers.results(request.header(), computed.results());
          };
        });
  }

  private OpenServices open() {
    return OpenServices.of(services, new UnregisteredMetricsGroup());
  }

  private static <O> DataStream<O> withNotices(
      SingleOutputStreamOperator<O> operator, List<DataStream<OutgoingRecord>> notices) {
    notices.add(operator.getSideOutput(NOTICES));
    return operator;
  }

  /** What the keying gives the guard, for a sender that is one device. */
  private static final class OneDevice implements RequestGuard.Memory {
    private final DataOutputSerializer wire = new DataOutputSerializer(1 << 16);
    private final DataInputDeserializer wireIn = new DataInputDeserializer();
    private @Nullable DeviceGuard state;

    /** Through the serializer, as between two tasks. */
    AssembledRequest keyed(AssembledRequest request) throws IOException {
      wire.clear();
      AssembledRequestSerializer.INSTANCE.serialize(request, wire);
      wireIn.setBuffer(wire.getSharedBuffer(), 0, wire.length());
      return AssembledRequestSerializer.INSTANCE.deserialize(wireIn);
    }

    @Override
    public @Nullable DeviceGuard recall() {
      return state;
    }

    @Override
    public void remember(DeviceGuard changed) {
      state = changed;
    }
  }
}
