/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.kafka.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.CompressionType;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.core.field.ResidueField;
import org.lepcnn.core.linear.ConvGeometry;
import org.lepcnn.core.model.LinearLayerSpec;
import org.lepcnn.core.model.MaskedTensorSpec;
import org.lepcnn.core.model.Plan;
import org.lepcnn.core.port.EdgeErrorCode;
import org.lepcnn.core.port.EdgeRefusedException;
import org.lepcnn.core.port.InstanceId;
import org.lepcnn.core.port.PassClaim;
import org.lepcnn.core.port.PassId;
import org.lepcnn.core.port.PassRelease;
import org.lepcnn.core.port.PassRound;
import org.lepcnn.core.port.RoundRequest;
import org.lepcnn.core.port.RoundResult;
import org.lepcnn.kafka.chunk.ChunkLayout;
import org.lepcnn.kafka.client.ClientSettings;
import org.lepcnn.kafka.codec.AnswerCodec;
import org.lepcnn.kafka.codec.EdgeReplyView;
import org.lepcnn.kafka.codec.EdgeRequest;
import org.lepcnn.kafka.codec.Samples;
import org.lepcnn.kafka.codec.TensorChunkView;
import org.lepcnn.kafka.testkit.LocalKafka;
import org.lepcnn.kafka.testkit.PackedRecord;
import org.lepcnn.kafka.topic.TopicAdmin;
import org.lepcnn.kafka.topic.TopicSettings;
import org.lepcnn.kafka.topic.Topics;

class KafkaEdgeTransportIT {
  private static final AtomicInteger GATEWAYS = new AtomicInteger();
  private static LocalKafka broker;

  private final Samples samples = new Samples(42);
  private final String gateway = "it-" + GATEWAYS.incrementAndGet();
  private final InstanceId instance = samples.instance();
  private final PassId pass = new PassId("meter-7", samples.chain(), samples.model(), 5);
  private final List<AutoCloseable> opened = new ArrayList<>();

  @BeforeAll
  static void startBroker() {
    broker = LocalKafka.start();
  }

  @AfterAll
  static void stopBroker() {
    broker.close();
  }

  @AfterEach
  void closeAll() throws Exception {
    for (AutoCloseable each : opened) {
      each.close();
    }
  }

  @Test
  void claimThenRounds_areAnsweredForDevicesThatShareTheTransport() throws Exception {
    Plan plan = plan(new int[] {30, 40}, new int[] {7});
    edge(plan, FakeEdge::answer);
    KafkaEdgeTransport transport = transport(config());
    PassId other = new PassId("meter-8", samples.chain(), pass.model(), 0);
    get(transport.claim(claim(pass)));
    get(transport.claim(claim(other)));
    for (int round = 0; round < plan.rounds(); round++) {
      RoundRequest first = request(plan, pass, round);
      RoundRequest second = request(plan, other, round);
      CompletableFuture<RoundResult> one = transport.exchange(first);
      CompletableFuture<RoundResult> two = transport.exchange(second);
      requireRight(first, get(one));
      requireRight(second, get(two));
    }
    assertThat(transport.statistics().retries()).isZero();
  }

  @Test
  void unansweredRelease_isSentAgainWithIdenticalBytes_untilItIsAccepted() throws Exception {
    AtomicInteger requests = new AtomicInteger();
    FakeEdge edge =
        edge(
            plan(new int[] {20}),
            (request, self) -> {
              switch (requests.incrementAndGet()) {
                case 1 -> {}
                case 2 -> refuse(request, self, EdgeErrorCode.NOT_READY);
                default -> FakeEdge.answer(request, self);
              }
            });
    KafkaEdgeTransport transport =
        transport(config().retryTimeout(Duration.ofMillis(300)).maxBackoff(Duration.ofMillis(600)));
    get(transport.release(release(pass)));
    List<byte[]> received = edge.received();
    assertThat(received).hasSizeGreaterThanOrEqualTo(3);
    assertThat(received).allSatisfy(value -> assertThat(value).isEqualTo(received.get(0)));
    // a claim from the same pass is another exchange
    get(transport.claim(claim(pass)));
  }

  @Test
  void refusedRelease_isATypedError() {
    edge(
        plan(new int[] {20}),
        (request, self) -> refuse(request, self, EdgeErrorCode.CLAIMED_BY_ANOTHER_INSTANCE));
    KafkaEdgeTransport transport = transport(config());
    assertThatThrownBy(() -> get(transport.release(release(pass))))
        .cause()
        .isInstanceOf(EdgeRefusedException.class)
        .hasMessageContaining("the release from pass 5");
  }

  @Test
  void unansweredRound_isSentAgainWithIdenticalBytes() throws Exception {
    Plan plan = plan(new int[] {50});
    AtomicInteger requests = new AtomicInteger();
    FakeEdge edge =
        edge(
            plan,
            (request, self) -> {
              if (requests.incrementAndGet() > 2) {
                FakeEdge.answer(request, self);
              }
            });
    KafkaEdgeTransport transport =
        transport(config().retryTimeout(Duration.ofMillis(300)).maxBackoff(Duration.ofMillis(600)));
    RoundRequest request = request(plan, pass, 0);
    int[] sent = request.tensors().get(0).residues().clone();
    CompletableFuture<RoundResult> answer = transport.exchange(request);
    // a caller that breaks the rule and reuses the tensor must not change what is sent again
    Arrays.fill(request.tensors().get(0).residues(), 0);
    int[] result = get(answer).layers().get(0).residues();
    assertThat(result).isEqualTo(FakeEdge.expected(plan.layer(0), sent));
    assertThat(transport.statistics().retries()).isGreaterThanOrEqualTo(2);
    List<byte[]> received = edge.received();
    assertThat(received).hasSizeGreaterThanOrEqualTo(3);
    assertThat(received).allSatisfy(value -> assertThat(value).isEqualTo(received.get(0)));
  }

  @Test
  void compressedAnswers_areSteppedOverUnread_andRoundsGoOn() throws Exception {
    Plan plan = plan(new int[] {50});
    edge(plan, FakeEdge::answer);
    KafkaEdgeTransport transport = transport(config());
    PackedRecord packed = PackedRecord.zeros(CompressionType.ZSTD, 2_000_000_000);
    assertThat(packed.send(broker.bootstrapServers(), Topics.results(gateway), 0))
        .isEqualTo(Errors.NONE);
    await(() -> transport.statistics().malformed() == 1);
    RoundRequest request = request(plan, pass, 0);
    requireRight(request, get(transport.exchange(request)));
    assertThat(transport.statistics().bytesReceived()).isLessThan(10_000);
  }

  @Test
  void duplicatesGarbageAndStrangersAnswers_areCountedAndIgnored() throws Exception {
    Plan plan = plan(new int[] {300_000});
    AnswerCodec codec = AnswerCodec.current();
    PassId stranger = new PassId("meter-9", pass.chain(), pass.model(), pass.pass());
    edge(
        plan,
        (request, self) -> {
          List<byte[]> right = self.takeChunk((TensorChunkView) request);
          if (right.isEmpty()) {
            return;
          }
          String device = request.call().device();
          self.send(device, new byte[] {1, 2, 3});
          self.send(
              device, codec.encodeLayer(stranger, 0, 0, ResidueField.P31, new int[9], 9).get(0));
          self.send(device, codec.encodeLayer(pass, 0, 0, ResidueField.P31, new int[9], 9).get(0));
          self.send(device, codec.encodeLayer(pass, 0, 3, ResidueField.P31, new int[9], 9).get(0));
          EdgeReplyView cloned =
              EdgeReplyView.refused(
                  new PassRound(pass, 0, new InstanceId(1, 1)),
                  EdgeErrorCode.CLAIMED_BY_ANOTHER_INSTANCE,
                  "for the copy");
          self.send(device, codec.encode(cloned));
          self.send(device, right.get(0));
          right.forEach(value -> self.send(device, value));
          right.forEach(value -> self.send(device, value));
        });
    KafkaEdgeTransport transport = transport(config());
    RoundRequest request = request(plan, pass, 0);
    requireRight(request, get(transport.exchange(request)));
    await(() -> transport.statistics().recordsReceived() == 10);
    TransportStatistics statistics = transport.statistics();
    assertThat(statistics.malformed()).isEqualTo(3);
    assertThat(statistics.duplicates()).isEqualTo(1);
    assertThat(statistics.unexpected()).isEqualTo(4);
  }

  @Test
  void tensorOf12Point8Megabytes_passesInChunksBothWays() throws Exception {
    requireLargeTensor(3_211_264);
  }

  @Test
  void tensorOf64Mebibytes_passesInChunksBothWays() throws Exception {
    requireLargeTensor(ConvGeometry.MAX_TENSOR_ELEMENTS);
  }

  @Test
  void retriableRefusals_areRetriedWithIdenticalBytes() throws Exception {
    Plan plan = plan(new int[] {20});
    AtomicInteger requests = new AtomicInteger();
    FakeEdge edge =
        edge(
            plan,
            (request, self) -> {
              if (requests.incrementAndGet() % 3 == 0) {
                FakeEdge.answer(request, self);
              } else {
                refuse(request, self, EdgeErrorCode.NOT_READY);
              }
            });
    KafkaEdgeTransport transport = transport(config().refusalBackoff(Duration.ofMillis(50)));
    get(transport.claim(claim(pass)));
    RoundRequest request = request(plan, pass, 0);
    requireRight(request, get(transport.exchange(request)));
    assertThat(transport.statistics().refusals()).isEqualTo(4);
    assertThat(edge.received()).hasSize(6);
    assertThat(edge.received().get(5)).isEqualTo(edge.received().get(3));
  }

  @Test
  void finalRefusals_endTheClaimOrRoundWithTheirCode() {
    Plan plan = plan(new int[] {20});
    edge(plan, (request, self) -> refuse(request, self, EdgeErrorCode.CLAIMED_BY_ANOTHER_INSTANCE));
    KafkaEdgeTransport transport = transport(config());
    Throwable claim = catchThrowable(() -> get(transport.claim(claim(pass))));
    Throwable round = catchThrowable(() -> get(transport.exchange(request(plan, pass, 0))));
    for (Throwable failure : List.of(claim, round)) {
      assertThat(failure)
          .cause()
          .asInstanceOf(InstanceOfAssertFactories.type(EdgeRefusedException.class))
          .extracting(EdgeRefusedException::code)
          .isEqualTo(EdgeErrorCode.CLAIMED_BY_ANOTHER_INSTANCE);
    }
    assertThat(transport.statistics().retries()).isZero();
  }

  @Test
  void silence_endsWithWhatWasWaitedFor() {
    Plan plan = plan(new int[] {20});
    KafkaEdgeTransport transport =
        transport(
            config()
                .patience(Duration.ofSeconds(1))
                .retryTimeout(Duration.ofMillis(200))
                .maxBackoff(Duration.ofMillis(400)));
    assertThatThrownBy(() -> get(transport.exchange(request(plan, pass, 0))))
        .cause()
        .isInstanceOf(EnvironmentException.class)
        .hasMessageContaining("round 0 of pass 5 of device meter-7")
        .hasMessageContaining("attempts, 0 of 1 result chunks")
        .hasMessageContaining("gateway " + gateway);
  }

  @Test
  void answersFromBeforeTheOpening_areNotRead() throws Exception {
    Plan plan = plan(new int[] {20});
    FakeEdge edge = edge(plan, FakeEdge::answer);
    byte[] old =
        AnswerCodec.current().encodeLayer(pass, 0, 0, ResidueField.P31, new int[20], 20).get(0);
    for (int i = 0; i < 20; i++) {
      edge.send("meter-" + i, old);
    }
    awaitEnds(Topics.results(gateway), 20);
    KafkaEdgeTransport transport = transport(config());
    RoundRequest request = request(plan, pass, 0);
    requireRight(request, get(transport.exchange(request)));
    assertThat(transport.statistics().recordsReceived()).isEqualTo(1);
  }

  @Test
  void partitionsAddedToTheResultsTopic_areRead() throws Exception {
    Plan plan = plan(new int[] {20});
    edge(
        plan,
        (request, self) ->
            self.takeChunk((TensorChunkView) request).forEach(value -> self.sendTo(4, value)));
    KafkaEdgeTransport transport =
        transport(config().clientConfig(Map.of("metadata.max.age.ms", "300")));
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
      admin
          .createPartitions(Map.of(Topics.results(gateway), NewPartitions.increaseTo(5)))
          .all()
          .get(100, TimeUnit.SECONDS);
    }
    RoundRequest request = request(plan, pass, 0);
    requireRight(request, get(transport.exchange(request)));
  }

  @Test
  void brokerThatCrashesAndComesBack_isWaitedFor() throws Exception {
    Plan plan = plan(new int[] {20});
    edge(plan, FakeEdge::answer);
    KafkaEdgeTransport transport = transport(config().retryTimeout(Duration.ofSeconds(1)));
    get(transport.claim(claim(pass)));
    broker.kill();
    RoundRequest request = request(plan, pass, 0);
    CompletableFuture<RoundResult> answer = transport.exchange(request);
    broker.restart();
    requireRight(request, get(answer));
  }

  @Test
  void closing_failsWhatIsOpenAndRefusesWhatComesLater() {
    Plan plan = plan(new int[] {20});
    KafkaEdgeTransport transport = transport(config());
    CompletableFuture<RoundResult> open = transport.exchange(request(plan, pass, 0));
    transport.close();
    assertThatThrownBy(() -> get(open))
        .cause()
        .isInstanceOf(EnvironmentException.class)
        .hasMessageContaining("closed");
    assertThatThrownBy(() -> get(transport.claim(claim(pass))))
        .cause()
        .isInstanceOf(EnvironmentException.class);
  }

  @Test
  void roundThatDoesNotFitThePlan_isBadInput() {
    KafkaEdgeTransport transport = transport(config());
    RoundRequest tooShort =
        FakeEdge.round(plan(new int[] {20}), pass, instance, 0, new int[] {1, 2, 3});
    assertThatThrownBy(() -> transport.exchange(tooShort))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("tensor 0 with 20 residues");
  }

  @Test
  void requestThatTheTopicDoesNotTake_namesTheLimit() throws Exception {
    NewTopic narrow = new NewTopic(Topics.requests(gateway), 1, (short) 1);
    narrow.configs(Map.of("max.message.bytes", "2000"));
    ClientSettings settings = ClientSettings.of(broker.bootstrapServers(), Map.of());
    try (Admin admin = Admin.create(settings.admin(Duration.ofSeconds(15)))) {
      admin.createTopics(List.of(narrow)).all().get(150, TimeUnit.SECONDS);
    }
    requireTooLarge(transport(config()));
  }

  @Test
  void requestThatTheClientDoesNotSend_namesTheLimit() {
    requireTooLarge(
        transport(config().clientConfig(Map.of(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, "2000"))));
  }

  private void requireTooLarge(KafkaEdgeTransport transport) {
    Throwable failure =
        catchThrowable(() -> get(transport.exchange(request(plan(new int[] {9_000}), pass, 0))));
    assertThat(failure.getCause())
        .isInstanceOf(EnvironmentException.class)
        .hasMessageContaining("Sending ")
        .hasMessageContaining("max.message.bytes of the topic")
        .hasMessageContaining("max.request.size");
  }

  @Test
  void missingTopics_areNamedWithTheRemedy() {
    TransportConfig config = TransportConfig.builder(broker.bootstrapServers(), "nobody").build();
    assertThatThrownBy(() -> KafkaEdgeTransport.open(config))
        .isInstanceOf(EnvironmentException.class)
        .hasMessageContaining("lepcnn.requests.nobody")
        .hasMessageContaining("lepcnn topics create --gateway nobody");
  }

  @Test
  void unreachableBroker_isSaid() {
    TransportConfig config =
        TransportConfig.builder("localhost:1", "nobody")
            .connectTimeout(Duration.ofMillis(500))
            .build();
    assertThatThrownBy(() -> KafkaEdgeTransport.open(config))
        .isInstanceOf(EnvironmentException.class)
        .hasMessageContaining("localhost:1")
        .hasMessageContaining("--bootstrap-server");
  }

  private void requireLargeTensor(int elements) throws Exception {
    Plan plan = plan(new int[] {elements});
    FakeEdge edge = edge(plan, FakeEdge::answer);
    KafkaEdgeTransport transport = transport(config().retryTimeout(Duration.ofSeconds(10)));
    RoundRequest request = request(plan, pass, 0);
    requireRight(request, get(transport.exchange(request)));
    assertThat(edge.received()).hasSizeGreaterThanOrEqualTo(ChunkLayout.count(elements));
    assertThat(transport.statistics().malformed()).isZero();
  }

  private static void requireRight(RoundRequest request, RoundResult result) {
    List<LinearLayerSpec> layers = request.plan().layersOfRound(request.round());
    assertThat(result.pass()).isEqualTo(request.pass());
    assertThat(result.round()).isEqualTo(request.round());
    assertThat(result.layers()).hasSameSizeAs(layers);
    for (int i = 0; i < layers.size(); i++) {
      LinearLayerSpec layer = layers.get(i);
      int[] tensor =
          request.tensors().stream()
              .filter(t -> t.id() == layer.tensorId())
              .findFirst()
              .orElseThrow()
              .residues();
      assertThat(result.layers().get(i).index()).isEqualTo(layer.index());
      assertThat(Arrays.equals(result.layers().get(i).residues(), FakeEdge.expected(layer, tensor)))
          .isTrue();
    }
  }

  /** Rounds of tensors of these sizes, each read by two layers, or by one when it is large. */
  private static Plan plan(int[]... rounds) {
    List<MaskedTensorSpec> tensors = new ArrayList<>();
    List<LinearLayerSpec> layers = new ArrayList<>();
    for (int round = 0; round < rounds.length; round++) {
      for (int elements : rounds[round]) {
        int id = tensors.size();
        tensors.add(new MaskedTensorSpec(id, round, elements, ResidueField.P31));
        layers.add(
            new LinearLayerSpec(layers.size(), id, ConvGeometry.fullyConnected(elements, 1, 1)));
        if (rounds[round].length > 1) {
          layers.add(
              new LinearLayerSpec(layers.size(), id, ConvGeometry.fullyConnected(1, elements, 3)));
        }
      }
    }
    return new Plan(tensors, layers);
  }

  private RoundRequest request(Plan plan, PassId of, int round) {
    int[][] data =
        plan.tensorsOfRound(round).stream()
            .map(tensor -> samples.residues(tensor.elements()))
            .toArray(int[][]::new);
    return FakeEdge.round(plan, of, instance, round, data);
  }

  private PassClaim claim(PassId from) {
    return new PassClaim(
        from.device(), from.chain(), from.model(), from.pass(), from.pass() + 63, instance);
  }

  private PassRelease release(PassId from) {
    return new PassRelease(from.device(), from.chain(), from.model(), from.pass(), instance);
  }

  private static void refuse(EdgeRequest request, FakeEdge edge, EdgeErrorCode code) {
    EdgeReplyView reply = EdgeReplyView.refused(request.call(), code, "says the test");
    edge.send(request.call().device(), AnswerCodec.current().encode(reply));
  }

  private TransportConfig.Builder config() {
    return TransportConfig.builder(broker.bootstrapServers(), gateway)
        .retryTimeout(Duration.ofSeconds(5))
        .closeTimeout(Duration.ofSeconds(1));
  }

  private KafkaEdgeTransport transport(TransportConfig.Builder config) {
    createTopics();
    KafkaEdgeTransport transport = KafkaEdgeTransport.open(config.build());
    opened.add(transport);
    return transport;
  }

  private FakeEdge edge(Plan plan, FakeEdge.Behaviour behaviour) {
    createTopics();
    FakeEdge edge = new FakeEdge(broker.bootstrapServers(), gateway, plan, behaviour);
    opened.add(edge);
    return edge;
  }

  private void createTopics() {
    ClientSettings settings = ClientSettings.of(broker.bootstrapServers(), Map.of());
    try (TopicAdmin admin = TopicAdmin.connect(settings, Duration.ofSeconds(15))) {
      admin.create(gateway, TopicSettings.DEFAULT);
    }
  }

  private static <T> T get(CompletableFuture<T> future) throws Exception {
    return future.get(300, TimeUnit.SECONDS);
  }

  private static void await(BooleanSupplier condition) throws InterruptedException {
    for (int i = 0; i < 400 && !condition.getAsBoolean(); i++) {
      Thread.sleep(25);
    }
    assertThat(condition.getAsBoolean()).isTrue();
  }

  private static void awaitEnds(String topic, long records)
      throws InterruptedException, ExecutionException {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
      Map<TopicPartition, OffsetSpec> ends = new HashMap<>();
      for (int p = 0; p < TopicSettings.DEFAULT.partitions(); p++) {
        ends.put(new TopicPartition(topic, p), OffsetSpec.latest());
      }
      long sum = 0;
      for (int i = 0; i < 200 && sum < records; i++) {
        sum =
            admin.listOffsets(ends).all().get().values().stream()
                .mapToLong(info -> info.offset())
                .sum();
        Thread.sleep(25);
      }
      assertThat(sum).isEqualTo(records);
    }
  }
}
