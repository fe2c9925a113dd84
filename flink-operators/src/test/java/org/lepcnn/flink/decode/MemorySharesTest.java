/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.lepcnn.core.field.ResidueField;
import org.lepcnn.core.linear.ConvGeometry;
import org.lepcnn.core.model.Fingerprint;
import org.lepcnn.core.model.LinearLayerSpec;
import org.lepcnn.core.model.MaskedTensorSpec;
import org.lepcnn.core.model.Plan;
import org.lepcnn.core.port.EdgeErrorCode;
import org.lepcnn.core.port.PassRound;
import org.lepcnn.flink.decode.RoundAssembler.Assembled;
import org.lepcnn.flink.decode.RoundAssembler.Dropped;
import org.lepcnn.flink.decode.RoundAssembler.Reason;
import org.lepcnn.flink.record.RequestHeader;
import org.lepcnn.flink.record.RoundKey;
import org.lepcnn.flink.testkit.Requests;
import org.lepcnn.kafka.codec.RequestCodec;
import org.lepcnn.kafka.codec.TensorChunkView;

/** Who is served, who waits and who yields when memory for incomplete rounds is short. */
class MemorySharesTest {
  private static final Fingerprint MODEL = Fingerprint.of(new byte[32]);
  private static final int CHUNKS = 10;
  private static final int RESIDUES = 1_000;
  private static final long CHUNK_BYTES = RESIDUES * 4L + 512;
  private static final long ROUND_BYTES = CHUNKS * (CHUNK_BYTES + 8) + 1_024;
  private static final long TIMEOUT = 100;
  private static final long SHELTER = TIMEOUT / 5;
  private static final Plan PLAN = plan();
  private static final String HOME = "lepcnn.requests.home";
  private static final String OTHER = "lepcnn.requests.other";

  private static Plan plan() {
    List<MaskedTensorSpec> tensors = new ArrayList<>();
    List<LinearLayerSpec> layers = new ArrayList<>();
    for (int id = 0; id < CHUNKS; id++) {
      tensors.add(new MaskedTensorSpec(id, 0, RESIDUES, ResidueField.P31));
      layers.add(new LinearLayerSpec(id, id, ConvGeometry.fullyConnected(1, RESIDUES, 1)));
    }
    return new Plan(tensors, layers);
  }

  private static RoundAssembler assembler(long rounds) {
    return new RoundAssembler(
        new AssemblyLimits(rounds * ROUND_BYTES, rounds * ROUND_BYTES, TIMEOUT));
  }

  /** Sends one chunk of a round of a device. */
  private static Assembled send(
      RoundAssembler assembler, String topic, String device, long pass, int chunk, long now) {
    PassRound call = Requests.roundCall(device, MODEL, Requests.INSTANCE, pass, 0);
    byte[] record = Requests.zeros(call, chunk, RESIDUES).value();
    TensorChunkView view = (TensorChunkView) RequestCodec.current().decode(record);
    RequestHeader header = new RequestHeader(topic, 0, 0, view.call(), Long.MAX_VALUE);
    return assembler.add(assembler.find(RoundKey.of(header), view), header, view, PLAN, now);
  }

  /** Sends all chunks of a round but the last. */
  private static void sendHalf(
      RoundAssembler assembler, String topic, String device, long pass, long now) {
    for (int chunk = 0; chunk < CHUNKS - 1; chunk++) {
      if (send(assembler, topic, device, pass, chunk, now).refusal() != null) {
        return;
      }
    }
  }

  /** Sends a whole round and requires that it is let in, and that nothing of it yielded. */
  private static void requireServed(
      RoundAssembler assembler, String topic, String device, long pass, long now) {
    for (int chunk = 0; chunk < CHUNKS; chunk++) {
      Assembled outcome = send(assembler, topic, device, pass, chunk, now);
      assertThat(outcome.refusal()).isNull();
      assertThat(outcome.dropped()).noneMatch(dropped -> dropped.header().device().equals(device));
      assertThat(outcome.request() != null).isEqualTo(chunk == CHUNKS - 1);
    }
  }

  @Test
  void halfSentRoundsOfTwoDevices_shutNobodyOut() {
    RoundAssembler assembler = assembler(8);
    for (int turn = 0; turn < 200; turn++) {
      long now = turn * TIMEOUT / 4;
      assembler.expire(now);
      for (String hostile : List.of("hostile-1", "hostile-2")) {
        sendHalf(assembler, HOME, hostile, turn, now);
      }
      requireServed(assembler, HOME, "victim", turn, now);
    }
  }

  @Test
  void oneChunkOfManyRounds_reservesNothingElse() {
    RoundAssembler assembler = assembler(8);
    for (String hostile : List.of("hostile-1", "hostile-2")) {
      for (int pass = 0; pass < 8; pass++) {
        assertThat(send(assembler, HOME, hostile, pass, 0, 0)).isEqualTo(Assembled.WAITING);
      }
    }
    assertThat(assembler.bytes()).isEqualTo(16 * (1_024 + CHUNKS * 8 + CHUNK_BYTES));
    requireServed(assembler, HOME, "victim", 0, 0);
    assertThat(assembler.size()).isEqualTo(16);
  }

  @Test
  void manyDevicesOfOneGateway_leaveAnotherItsHalf() {
    RoundAssembler assembler = assembler(8);
    for (int turn = 0; turn < 20; turn++) {
      for (int device = 0; device < 50; device++) {
        sendHalf(assembler, OTHER, "hostile-" + device, turn, turn);
      }
      for (int pass = 0; pass < 3; pass++) {
        sendHalf(assembler, HOME, "victim", 4L * turn + pass, turn);
      }
      requireServed(assembler, HOME, "victim", 4L * turn + 3, turn);
      for (int pass = 0; pass < 3; pass++) {
        Assembled last = send(assembler, HOME, "victim", 4L * turn + pass, CHUNKS - 1, turn);
        assertThat(last.request()).isNotNull();
      }
    }
  }

  @Test
  void aGatewayThatHoldsLess_losesNothingToOneThatHoldsMore() {
    RoundAssembler assembler = assembler(2);
    for (int pass = 0; pass < 2; pass++) {
      send(assembler, OTHER, "small", pass, 0, 0);
    }
    for (int device = 0; device < 5; device++) {
      for (int chunk = 0; chunk < CHUNKS - 1; chunk++) {
        Assembled outcome = send(assembler, HOME, "greedy-" + device, 0, chunk, 0);
        assertThat(outcome.dropped()).noneMatch(d -> d.header().topic().equals(OTHER));
      }
    }
    requireServed(assembler, OTHER, "small", 0, 0);
    requireServed(assembler, OTHER, "small", 1, 0);
  }

  @Test
  void dripsOfManyDevicesOfTheSameGateway_yieldToAWholeRound() {
    RoundAssembler assembler = assembler(8);
    int devices = (int) (8 * ROUND_BYTES / (1_024 + CHUNKS * 8 + CHUNK_BYTES)) + 1;
    for (int turn = 0; turn < 20; turn++) {
      long now = turn * TIMEOUT / 2;
      for (int device = 0; device < devices; device++) {
        send(assembler, HOME, "hostile-" + device, turn, 0, now);
      }
      requireServed(assembler, HOME, "victim", turn, now + SHELTER);
    }
  }

  @Test
  void moreDevicesThanRoomForRounds_finishInTheOrderOfTheirBeginning() {
    for (List<String> topics : List.of(List.of(HOME), topicsOfEach(12))) {
      RoundAssembler assembler = assembler(2);
      List<Integer> served = new ArrayList<>();
      Set<Integer> sentAway = new HashSet<>();
      for (int chunk = 0; chunk < CHUNKS; chunk++) {
        for (int device = 0; device < 12; device++) {
          if (!sentAway.contains(device)) {
            String topic = topics.get(device % topics.size());
            Assembled outcome = send(assembler, topic, "d" + device, device, chunk, 0);
            outcome.dropped().forEach(d -> sentAway.add((int) d.header().asRound().pass().pass()));
            if (outcome.refusal() != null) {
              sentAway.add(device);
            }
            if (outcome.request() != null) {
              served.add(device);
            }
          }
        }
      }
      assertThat(served).containsExactly(0, 1);
      assertThat(sentAway).hasSize(10);
    }
  }

  private static List<String> topicsOfEach(int gateways) {
    return IntStream.range(0, gateways).mapToObj(i -> "lepcnn.requests.g" + i).toList();
  }

  @Test
  void newestRoundOfTheLargestHolder_yieldsFirst() {
    RoundAssembler assembler = assembler(2);
    send(assembler, HOME, "small", 0, 0, 0);
    sendHalf(assembler, HOME, "large", 0, 0);
    for (int chunk = 0; chunk < 8; chunk++) {
      send(assembler, HOME, "large", 1, chunk, 0);
    }
    send(assembler, HOME, "small", 1, 0, 0);
    Assembled outcome = send(assembler, HOME, "small", 1, 1, 0);
    assertThat(outcome.refusal()).isNull();
    assertThat(outcome.dropped())
        .extracting(
            d -> d.header().device(), d -> d.header().asRound().pass().pass(), Dropped::reason)
        .containsExactly(tuple("large", 1L, Reason.YIELDED));
    assertThat(outcome.dropped().get(0).tensor()).isEqualTo(7);
    assertThat(send(assembler, HOME, "large", 0, CHUNKS - 1, 0).request()).isNotNull();
    requireServed(assembler, HOME, "large", 1, 0);
  }

  @Test
  void largestHolder_isRefusedItself_andHoldsNothingOfTheRefusedRound() {
    RoundAssembler assembler = assembler(2);
    sendHalf(assembler, HOME, "large", 0, 0);
    for (int chunk = 0; chunk < 8; chunk++) {
      send(assembler, HOME, "large", 1, chunk, 0);
    }
    send(assembler, HOME, "small", 0, 0, 0);
    send(assembler, HOME, "small", 1, 0, 0);
    Assembled begun = send(assembler, HOME, "large", 2, 0, 0);
    assertThat(begun.refusal().code()).isEqualTo(EdgeErrorCode.NOT_READY);
    assertThat(assembler.size()).isEqualTo(4);
    long held = assembler.bytes();
    Assembled goingOn = send(assembler, HOME, "large", 1, 8, 0);
    assertThat(goingOn.refusal().code()).isEqualTo(EdgeErrorCode.NOT_READY);
    assertThat(goingOn.dropped()).isEmpty();
    assertThat(assembler.bytes()).isEqualTo(held - 1_024 - CHUNKS * 8 - 8 * CHUNK_BYTES);
    assertThat(EdgeErrorCode.NOT_READY.retriable()).isTrue();
  }

  @Test
  void slowDrip_endsWithTheRoundsTime_notWithTheChunks() {
    RoundAssembler assembler = assembler(8);
    for (int chunk = 0; chunk < 4; chunk++) {
      assertThat(assembler.expire(chunk * (TIMEOUT - 1))).isEmpty();
      send(assembler, HOME, "hostile", 0, chunk, chunk * (TIMEOUT - 1));
    }
    assertThat(assembler.expire(3 * TIMEOUT - 1)).isEmpty();
    assertThat(assembler.expire(3 * TIMEOUT))
        .extracting(Dropped::reason)
        .containsExactly(Reason.OVERDUE);
    assertThat(assembler.bytes()).isZero();
  }

  @Test
  void whateverComes_aDeviceWithRoomForARoundInItsPartIsServedItsFirst() {
    SplittableRandom random = new SplittableRandom(41);
    Sequence all = new Sequence(random, 1);
    for (int run = 0; run < 30; run++) {
      Sequence sequence = new Sequence(random.split(), 2 + random.nextInt(7));
      sequence.run(2_000);
      all.served += sequence.served;
      all.yielded += sequence.yielded;
      all.refused += sequence.refused;
      all.checked += sequence.checked;
    }
    assertThat(List.of(all.served, all.yielded, all.refused, all.checked))
        .allMatch(count -> count > 100);
  }

  /** Random chunks of random devices, and what each has begun by this test's own count. */
  private static final class Sequence {
    private final SplittableRandom random;
    private final long rounds;
    private final RoundAssembler assembler;

    /** Chunks by topic, device and pass; passes in the order of their beginning. */
    private final Map<String, Map<String, Map<Long, Integer>>> held = new HashMap<>();

    private int served;
    private int yielded;
    private int refused;
    private int checked;

    Sequence(SplittableRandom random, long rounds) {
      this.random = random;
      this.rounds = rounds;
      this.assembler = assembler(rounds);
    }

    void run(int chunks) {
      for (int i = 0; i < chunks; i++) {
        String topic = random.nextInt(3) > 0 ? HOME : OTHER;
        step(topic, "d" + random.nextInt(1 + random.nextInt(6)), i / 50);
        assertThat(assembler.bytes()).isLessThanOrEqualTo(rounds * ROUND_BYTES);
      }
    }

    private void step(String topic, String device, long now) {
      Map<Long, Integer> begun =
          held.computeIfAbsent(topic, key -> new HashMap<>())
              .computeIfAbsent(device, key -> new LinkedHashMap<>());
      long pass = random.nextInt(4);
      int chunk = begun.merge(pass, 1, Integer::sum) - 1;
      boolean first = begun.keySet().iterator().next() == pass;
      Assembled outcome = send(assembler, topic, device, pass, chunk, now);
      if (first && hasRoomForARound(topic)) {
        checked++;
        assertThat(outcome.refusal()).isNull();
      }
      for (Dropped dropped : outcome.dropped()) {
        yielded += dropped.reason() == Reason.YIELDED ? 1 : 0;
        RequestHeader header = dropped.header();
        held.get(header.topic()).get(header.device()).remove(header.asRound().pass().pass());
      }
      served += outcome.request() == null ? 0 : 1;
      refused += outcome.refusal() == null ? 0 : 1;
      if (outcome.request() != null || outcome.refusal() != null) {
        begun.remove(pass);
      }
    }

    /** Whether an equal part of every device of the gateway has room for a whole round. */
    private boolean hasRoomForARound(String topic) {
      long gateways = held.values().stream().filter(Sequence::holdsSomething).count();
      long devices = held.get(topic).values().stream().filter(map -> !map.isEmpty()).count();
      return gateways * devices <= rounds;
    }

    private static boolean holdsSomething(Map<String, Map<Long, Integer>> gateway) {
      return gateway.values().stream().anyMatch(begun -> !begun.isEmpty());
    }
  }
}
