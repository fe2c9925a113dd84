/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.kafka.transport;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.lepcnn.core.field.Field31;
import org.lepcnn.core.model.LinearLayerSpec;
import org.lepcnn.core.model.Plan;
import org.lepcnn.core.port.InstanceId;
import org.lepcnn.core.port.PassId;
import org.lepcnn.core.port.RoundRequest;
import org.lepcnn.kafka.chunk.ChunkAssembler;
import org.lepcnn.kafka.chunk.ChunkOutcome;
import org.lepcnn.kafka.chunk.RoundShape;
import org.lepcnn.kafka.client.ClientSettings;
import org.lepcnn.kafka.codec.AnswerCodec;
import org.lepcnn.kafka.codec.EdgeReplyView;
import org.lepcnn.kafka.codec.EdgeRequest;
import org.lepcnn.kafka.codec.RequestCodec;
import org.lepcnn.kafka.codec.TensorChunkView;
import org.lepcnn.kafka.topic.Topics;

/**
 * Stands in for the Flink job: reads a gateway's requests from the beginning on a thread of its own
 * and answers as the test says. A right answer for layer l is the tensor, repeated or cut to the
 * layer's output size, plus l + 1.
 */
final class FakeEdge implements AutoCloseable {
  /** What to do with a request; runs on the edge's thread. */
  interface Behaviour {
    void on(EdgeRequest request, FakeEdge edge);
  }

  private final Plan plan;
  private final String resultsTopic;
  private final Behaviour behaviour;
  private final KafkaConsumer<byte[], byte[]> consumer;
  private final KafkaProducer<byte[], byte[]> producer;
  private final ChunkAssembler<PassId> assembler = new ChunkAssembler<>();
  private final List<byte[]> received = new CopyOnWriteArrayList<>();
  private final Thread thread = new Thread(this::run, "fake-edge");
  private volatile boolean closed;

  FakeEdge(String bootstrapServers, String gateway, Plan plan, Behaviour behaviour) {
    ClientSettings settings = ClientSettings.of(bootstrapServers, Map.of());
    this.plan = plan;
    this.resultsTopic = Topics.results(gateway);
    this.behaviour = behaviour;
    this.consumer = new KafkaConsumer<>(settings.consumer());
    this.producer = new KafkaProducer<>(settings.producer());
    String topic = Topics.requests(gateway);
    List<TopicPartition> partitions =
        consumer.partitionsFor(topic).stream()
            .map(info -> new TopicPartition(topic, info.partition()))
            .toList();
    consumer.assign(partitions);
    consumer.seekToBeginning(partitions);
    thread.setDaemon(true);
    thread.start();
  }

  /** Accepts claims and releases and answers rounds. */
  static void answer(EdgeRequest request, FakeEdge edge) {
    String device = request.call().device();
    if (request instanceof TensorChunkView chunk) {
      edge.takeChunk(chunk).forEach(value -> edge.send(device, value));
    } else {
      edge.send(device, AnswerCodec.current().encode(EdgeReplyView.accepted(request.call())));
    }
  }

  /** The right answer of a layer. */
  static int[] expected(LinearLayerSpec layer, int[] tensor) {
    int[] result = new int[layer.geometry().outputSize()];
    for (int i = 0; i < result.length; i++) {
      result[i] = Field31.add(tensor[i % tensor.length], layer.index() + 1);
    }
    return result;
  }

  /** The records of all results of the round when the chunk completes it, otherwise none. */
  List<byte[]> takeChunk(TensorChunkView chunk) {
    RoundShape shape = RoundShape.tensorsOf(plan, chunk.round());
    ChunkOutcome outcome =
        assembler.offer(
            chunk.call().pass(),
            shape,
            chunk.tensor(),
            chunk.chunk(),
            chunk.chunks(),
            chunk.payload());
    if (!(outcome instanceof ChunkOutcome.Complete complete)) {
      return List.of();
    }
    List<byte[]> records = new ArrayList<>();
    for (LinearLayerSpec layer : plan.layersOfRound(chunk.round())) {
      int[] tensor = complete.parts().get(shape.positionOf(layer.tensorId()));
      int[] result = expected(layer, tensor);
      records.addAll(
          AnswerCodec.current()
              .encodeLayer(
                  chunk.call().pass(),
                  chunk.round(),
                  layer.index(),
                  plan.field(layer),
                  result,
                  result.length));
    }
    return records;
  }

  void send(String device, byte[] value) {
    sendRecord(
        new ProducerRecord<>(resultsTopic, device.getBytes(StandardCharsets.US_ASCII), value));
  }

  void sendTo(int partition, byte[] value) {
    sendRecord(new ProducerRecord<>(resultsTopic, partition, null, value));
  }

  /** The values of all records read so far. */
  List<byte[]> received() {
    return List.copyOf(received);
  }

  /** The request of a round with these tensors. */
  static RoundRequest round(Plan plan, PassId pass, InstanceId instance, int round, int[]... data) {
    List<RoundRequest.Tensor> tensors = new ArrayList<>();
    for (int i = 0; i < data.length; i++) {
      tensors.add(new RoundRequest.Tensor(plan.tensorsOfRound(round).get(i).id(), data[i]));
    }
    return new RoundRequest(pass, round, instance, plan, tensors);
  }

  @Override
  public void close() {
    closed = true;
    try {
      thread.join(10_000);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    producer.close(Duration.ofSeconds(2));
  }

  @SuppressWarnings("FutureReturnValueIgnored") // a lost answer shows in the test
  private void sendRecord(ProducerRecord<byte[], byte[]> answer) {
    producer.send(answer);
  }

  private void run() {
    try (consumer) {
      while (!closed) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(50))) {
          received.add(record.value());
          behaviour.on(RequestCodec.current().decode(record.value()), this);
        }
      }
    }
  }
}
