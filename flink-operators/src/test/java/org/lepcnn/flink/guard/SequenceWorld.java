/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.guard;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.runtime.metrics.groups.UnregisteredMetricGroups;
import org.lepcnn.core.fuzz.ByteMutator;
import org.lepcnn.core.port.ChainId;
import org.lepcnn.core.port.EdgeErrorCode;
import org.lepcnn.core.port.InstanceId;
import org.lepcnn.core.port.PassClaim;
import org.lepcnn.core.port.PassId;
import org.lepcnn.core.port.PassRelease;
import org.lepcnn.core.port.PassRound;
import org.lepcnn.core.port.RoundRequest;
import org.lepcnn.flink.control.EdgeControl;
import org.lepcnn.flink.control.OpenServices;
import org.lepcnn.flink.decode.AssemblyLimits;
import org.lepcnn.flink.decode.RequestDecoder;
import org.lepcnn.flink.decode.RoundAssembler;
import org.lepcnn.flink.metric.EdgeMetrics;
import org.lepcnn.flink.record.AssembledRequest;
import org.lepcnn.flink.record.InboundRecord;
import org.lepcnn.flink.testkit.FakeTopics;
import org.lepcnn.flink.testkit.Requests;
import org.lepcnn.flink.testkit.TestModel;
import org.lepcnn.kafka.topic.Topics;

/**
 * One edge, from the records of Kafka to the guard's verdict, and senders that send anything: two
 * devices, two instances, two models, more chains than the edge keeps, claims and releases of any
 * range, rounds of any pass with any of three payloads, whole, in parts, out of order, damaged and
 * again.
 */
final class SequenceWorld {
  private static final AssemblyLimits LIMITS = new AssemblyLimits(4_000, 7_000, 100);
  private static final List<String> DEVICES = List.of("d1", "d2");
  private static final List<InstanceId> INSTANCES =
      List.of(Requests.INSTANCE, Requests.OTHER_INSTANCE);
  private static final int CHAINS = 8;
  private static final int PAYLOADS = 3;
  private static final int MOST_WAITING = 40;

  private final ByteMutator random;
  private final List<TestModel> models;
  private final GuardedLog.Judge judge;
  private final RoundAssembler assembler = new RoundAssembler(LIMITS);
  private final EdgeMetrics metrics =
      new EdgeMetrics(UnregisteredMetricGroups.createUnregisteredOperatorMetricGroup());
  private final RequestDecoder decoder;
  private final Map<String, DeviceGuard> guards = new HashMap<>();
  private final SequenceOracle oracle;
  private final List<InboundRecord> waiting = new ArrayList<>();
  private final List<InboundRecord> seen = new ArrayList<>();
  private long now;

  SequenceWorld(
      ByteMutator random,
      List<TestModel> models,
      FakeTopics topics,
      EdgeControl control,
      GuardedLog.Judge judge) {
    this.random = random;
    this.models = models;
    this.judge = judge;
    this.oracle = new SequenceOracle(models);
    this.decoder = new RequestDecoder(assembler, new OpenServices(topics.open(), control, metrics));
  }

  /** Throws an {@link AssertionError} where the oracle is contradicted. */
  void run(int steps) {
    for (int step = 0; step < steps; step++) {
      if (waiting.size() < MOST_WAITING) {
        send();
      }
      now += random.below(10);
      arrive();
      require(assembler.bytes() >= 0 && assembler.bytes() <= LIMITS.bytesPerSubtask(), "memory");
    }
    require(metrics.refusals(EdgeErrorCode.INTERNAL) == 0, "no internal error");
    var unused = decoder.expire(now + LIMITS.timeoutMillis());
    require(assembler.bytes() == 0 && assembler.size() == 0, "nothing stays");
  }

  long acceptedRounds() {
    return oracle.acceptedRounds();
  }

  private void send() {
    String device = random.oneOf(DEVICES);
    TestModel model = random.oneOf(models);
    InstanceId instance = random.oneOf(INSTANCES);
    ChainId chain = random.onceIn(4) ? new ChainId(99, random.below(CHAINS)) : Requests.CHAIN;
    long pass = random.onceIn(8) ? random.below(200) : random.below(6);
    switch (random.below(10)) {
      case 0, 1 -> {
        long last = random.onceIn(20) ? Math.abs(random.extreme()) : pass + random.below(90);
        if (last >= pass) {
          waiting.add(
              Requests.record(
                  new PassClaim(
                      device, chain, model.bundle().fingerprint(), pass, last, instance)));
        }
      }
      case 2 ->
          waiting.add(
              Requests.record(
                  new PassRelease(device, chain, model.bundle().fingerprint(), pass, instance)));
      case 3 -> {
        if (!seen.isEmpty()) {
          waiting.add(random.oneOf(seen));
        }
      }
      default ->
          sendRound(model, new PassId(device, chain, model.bundle().fingerprint(), pass), instance);
    }
  }

  private void sendRound(TestModel model, PassId pass, InstanceId instance) {
    int any = random.below(model.plan().rounds());
    boolean wide = model.plan().tensor(2).elements() == TestModel.WIDE;
    int round = any == 1 && wide ? 0 : any;
    List<RoundRequest.Tensor> tensors = model.tensors(round, random.below(PAYLOADS));
    PassRound call = new PassRound(pass, round, instance);
    waiting.addAll(random.disordered(Requests.records(model.plan(), call, tensors)));
  }

  /** The network delivers mostly in order. */
  private void arrive() {
    if (waiting.isEmpty()) {
      return;
    }
    int at = random.onceIn(4) ? random.below(waiting.size()) : 0;
    InboundRecord record = waiting.remove(at);
    seen.add(record);
    if (random.onceIn(25)) {
      byte[] value = random.damaged(record.value(), random.oneOf(seen).value());
      record = Requests.record(value);
    }
    AssembledRequest request = decoder.decode(record, now).only();
    if (random.onceIn(10)) {
      var unused = decoder.expire(now);
    }
    if (request != null) {
      judge(request);
    }
  }

  private void judge(AssembledRequest request) {
    oracle.complete(request);
    DeviceGuard guard =
        guards.computeIfAbsent(request.header().device(), unused -> new DeviceGuard());
    if (random.onceIn(5)) {
      guard = oracle.throughACheckpoint(guard);
      guards.put(request.header().device(), guard);
    }
    DeviceGuard before = guard.copy();
    Verdict verdict = judge.judge(guard, request.header().call(), request.digest());
    oracle.judged(before, guard, request, verdict);
    if (verdict.accepted() && request.header().isRound()) {
      Verdict again = judge.judge(guard, request.header().call(), request.digest());
      require(again.accepted(), "an identical repeat is answered again");
    }
  }

  static FakeTopics topics() {
    return FakeTopics.with(Requests.RESULTS, Topics.REJECTED);
  }

  static void require(boolean holds, String what) {
    if (!holds) {
      throw new AssertionError("expected: " + what);
    }
  }
}
