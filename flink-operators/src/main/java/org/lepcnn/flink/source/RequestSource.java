/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.source;

import java.io.IOException;
import java.util.Properties;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.connector.source.Boundedness;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.apache.flink.api.java.typeutils.ResultTypeQueryable;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.connector.base.source.reader.RecordsWithSplitIds;
import org.apache.flink.connector.base.source.reader.synchronization.FutureCompletingBlockingQueue;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.connector.kafka.source.enumerator.KafkaSourceEnumState;
import org.apache.flink.connector.kafka.source.metrics.KafkaSourceReaderMetrics;
import org.apache.flink.connector.kafka.source.reader.KafkaRecordEmitter;
import org.apache.flink.connector.kafka.source.reader.KafkaSourceReader;
import org.apache.flink.connector.kafka.source.reader.fetcher.KafkaSourceFetcherManager;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplit;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.lepcnn.core.api.PublicApi;
import org.lepcnn.flink.record.InboundRecord;

/**
 * Reads requests as {@link KafkaSource} does, whose state it shares, but never unpacks a compressed
 * batch: in its place comes one {@link InboundRecord} that says so.
 */
@PublicApi
public final class RequestSource
    implements Source<InboundRecord, KafkaPartitionSplit, KafkaSourceEnumState>,
        ResultTypeQueryable<InboundRecord> {
  private static final long serialVersionUID = 1L;

  private final KafkaSource<InboundRecord> kafka;
  private final Properties consumer;
  private final RequestReader records = new RequestReader();

  /**
   * @param kafka all but the reader
   * @param consumer the reader's settings, the same as those of {@code kafka}
   */
  public RequestSource(KafkaSource<InboundRecord> kafka, Properties consumer) {
    this.kafka = kafka;
    this.consumer = consumer;
  }

  @Override
  public Boundedness getBoundedness() {
    return kafka.getBoundedness();
  }

  @Override
  public SourceReader<InboundRecord, KafkaPartitionSplit> createReader(
      SourceReaderContext context) {
    FutureCompletingBlockingQueue<RecordsWithSplitIds<ConsumerRecord<byte[], byte[]>>> queue =
        new FutureCompletingBlockingQueue<>();
    KafkaSourceReaderMetrics metrics = new KafkaSourceReaderMetrics(context.metricGroup());
    KafkaSourceFetcherManager fetchers =
        new KafkaSourceFetcherManager(
            queue, () -> new PlainSplitReader(consumer, context, metrics), finished -> {});
    return new KafkaSourceReader<>(
        queue, fetchers, new KafkaRecordEmitter<>(records), configuration(), context, metrics);
  }

  @Override
  public SplitEnumerator<KafkaPartitionSplit, KafkaSourceEnumState> createEnumerator(
      SplitEnumeratorContext<KafkaPartitionSplit> context) {
    return kafka.createEnumerator(context);
  }

  @Override
  public SplitEnumerator<KafkaPartitionSplit, KafkaSourceEnumState> restoreEnumerator(
      SplitEnumeratorContext<KafkaPartitionSplit> context, KafkaSourceEnumState state)
      throws IOException {
    return kafka.restoreEnumerator(context, state);
  }

  @Override
  public SimpleVersionedSerializer<KafkaPartitionSplit> getSplitSerializer() {
    return kafka.getSplitSerializer();
  }

  @Override
  public SimpleVersionedSerializer<KafkaSourceEnumState> getEnumeratorCheckpointSerializer() {
    return kafka.getEnumeratorCheckpointSerializer();
  }

  @Override
  public TypeInformation<InboundRecord> getProducedType() {
    return kafka.getProducedType();
  }

  private Configuration configuration() {
    Configuration configuration = new Configuration();
    consumer
        .stringPropertyNames()
        .forEach(key -> configuration.setString(key, consumer.getProperty(key)));
    return configuration;
  }
}
