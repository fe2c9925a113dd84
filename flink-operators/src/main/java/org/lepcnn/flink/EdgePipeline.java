/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink;

import java.util.ArrayList;
import java.util.List;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.lepcnn.flink.record.InboundRecord;
import org.lepcnn.flink.record.OutgoingRecord;

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
    List<DataStream<OutgoingRecord>> notices = new ArrayList<>();
    DataStream<OutgoingRecord> results =
        EdgeSteps.of(settings.warmedUp()).operators().apply(requests, notices);
    return new Streams(results, notices.stream().reduce(DataStream::union).orElseThrow());
  }
}
