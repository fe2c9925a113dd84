/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink;

import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.util.OutputTag;
import org.lepcnn.flink.batch.KernelOperatorFactory;
import org.lepcnn.flink.control.EdgeServices;
import org.lepcnn.flink.decode.DecodeOperatorFactory;
import org.lepcnn.flink.guard.GuardFunction;
import org.lepcnn.flink.record.AssembledRequest;
import org.lepcnn.flink.record.InboundRecord;
import org.lepcnn.flink.record.OutgoingRecord;
import org.lepcnn.flink.record.RecordTypes;
import org.lepcnn.flink.warmup.EdgeWarmUp;

/**
 * The operators of the edge, from Kafka records to Kafka records.
 *
 * <p>Every operator has a fixed uid, {@code lepcnn-decode}, {@code lepcnn-guard} and {@code
 * lepcnn-kernel}; only the guard has state, so parallelism may change between savepoints up to the
 * maximum of {@value #MAX_PARALLELISM}, which is fixed for the life of the state. A pipeline holds
 * these operators once; for several, give each its own job.
 */
public final class EdgePipeline {
  /** The maximum parallelism of the guard, and of the ready job. */
  public static final int MAX_PARALLELISM = 128;

  private static final OutputTag<OutgoingRecord> NOTICES =
      new OutputTag<>("notices", RecordTypes.OUTGOING);

  private EdgePipeline() {}

  /**
   * What leaves the pipeline; all of it can be written where it is addressed to.
   *
   * @param results results, chained to the kernel
   * @param notices answers to claims, typed errors and rejections
   */
  public record Streams(DataStream<OutgoingRecord> results, DataStream<OutgoingRecord> notices) {}

  /**
   * Applies the operators to a stream of requests; the first model that is loaded warms their code.
   */
  public static Streams apply(DataStream<InboundRecord> requests, EdgeSettings settings) {
    EdgeServices services = settings.services().withWarmUp(EdgeWarmUp::once);
    SingleOutputStreamOperator<AssembledRequest> decoded =
        requests
            .transform(
                "decode",
                RecordTypes.REQUEST,
                new DecodeOperatorFactory(services, settings.assembly(), NOTICES))
            .uid("lepcnn-decode");
    SingleOutputStreamOperator<AssembledRequest> guarded =
        decoded
            .keyBy(request -> request.header().device(), Types.STRING)
            .process(new GuardFunction(services, settings.guard(), NOTICES), RecordTypes.REQUEST)
            .name("guard")
            .uid("lepcnn-guard")
            .setMaxParallelism(MAX_PARALLELISM);
    SingleOutputStreamOperator<OutgoingRecord> results =
        guarded
            .transform(
                "masked-linear-kernel",
                RecordTypes.OUTGOING,
                new KernelOperatorFactory(services, settings.batch(), NOTICES))
            .uid("lepcnn-kernel")
            .setMaxParallelism(MAX_PARALLELISM);
    DataStream<OutgoingRecord> notices =
        decoded
            .getSideOutput(NOTICES)
            .union(guarded.getSideOutput(NOTICES), results.getSideOutput(NOTICES));
    return new Streams(results, notices);
  }
}
