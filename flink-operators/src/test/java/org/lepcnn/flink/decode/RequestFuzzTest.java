/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.decode;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.runtime.metrics.groups.UnregisteredMetricGroups;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lepcnn.core.field.Field31;
import org.lepcnn.core.fuzz.ByteMutator;
import org.lepcnn.core.fuzz.FuzzRun;
import org.lepcnn.core.model.Fingerprint;
import org.lepcnn.core.port.EdgeErrorCode;
import org.lepcnn.core.port.InstanceId;
import org.lepcnn.core.port.PassClaim;
import org.lepcnn.core.port.PassRelease;
import org.lepcnn.flink.control.EdgeControl;
import org.lepcnn.flink.control.OpenServices;
import org.lepcnn.flink.kernel.LoadedModel;
import org.lepcnn.flink.kernel.ModelLease;
import org.lepcnn.flink.kernel.ModelWarmUp;
import org.lepcnn.flink.metric.EdgeMetrics;
import org.lepcnn.flink.quota.QuotaSettings;
import org.lepcnn.flink.record.AssembledRequest;
import org.lepcnn.flink.record.Handled;
import org.lepcnn.flink.record.InboundRecord;
import org.lepcnn.flink.record.OutgoingRecord;
import org.lepcnn.flink.record.TensorPayload;
import org.lepcnn.flink.testkit.FakeControl;
import org.lepcnn.flink.testkit.FakeTopics;
import org.lepcnn.flink.testkit.Requests;
import org.lepcnn.flink.testkit.TestModel;
import org.lepcnn.kafka.codec.AnswerCodec;
import org.lepcnn.kafka.codec.RecordCodec;
import org.lepcnn.kafka.codec.RequestCodec;
import org.lepcnn.kafka.topic.Topics;

/**
 * Damaged and disordered records of several senders through decoding, validation and assembly:
 * every one is taken or refused with a typed error other than INTERNAL, which would hide a defect;
 * memory stays within its limits; what comes out fits the plan.
 *
 * <p>A longer run: {@code ./mvnw verify -Pfuzz} with {@code -Dfuzz.requests=N} (sequences of some
 * ten records each) and {@code -Dfuzz.seed=S}.
 */
@Tag("slow")
class RequestFuzzTest {
  private static final AssemblyLimits LIMITS = new AssemblyLimits(4_000, 7_000, 100);
  private static final AssemblyLimits WIDE_LIMITS = new AssemblyLimits(3_000_000, 4_000_000, 100);

  @TempDir private static Path folder;
  private static TestModel model;
  private static ModelLease lease;
  private static LoadedModel loaded;
  private static FakeTopics topics;
  private static FakeControl provider;
  private static EdgeControl control;

  @BeforeAll
  static void loadModel() {
    model = TestModel.write(folder.resolve("bundle"));
    lease = model.acquire();
    loaded = lease.future().join();
    topics = FakeTopics.with(Requests.RESULTS, Topics.REJECTED);
    provider = new FakeControl(model.source(), QuotaSettings.UNLIMITED);
    for (String device : List.of("d1", "d2")) {
      provider.enrol(device, "gw", List.of(loaded.fingerprint()), 0, 0);
    }
    control = provider.open(ModelWarmUp.NONE);
  }

  @AfterAll
  static void releaseModel() {
    control.close();
    lease.close();
  }

  @Test
  void damagedRecords_areTakenOrRefused() {
    List<List<InboundRecord>> corpus = corpus(new int[] {0, 2});
    check(corpus, LIMITS, Long.getLong("fuzz.requests", 2_000));
  }

  @Test
  void damagedRecordsOfLargeTensors_areTakenOrRefused() {
    List<List<InboundRecord>> corpus = corpus(new int[] {1});
    check(corpus, WIDE_LIMITS, Long.getLong("fuzz.requests", 2_000) / 100);
  }

  private void check(List<List<InboundRecord>> corpus, AssemblyLimits limits, long sequences) {
    new FuzzRun(Long.getLong("fuzz.seed", 17), (random, number) -> attempt(corpus, limits, random))
        .check("Requests", sequences, "complete", "incomplete");
  }

  private String attempt(
      List<List<InboundRecord>> corpus, AssemblyLimits limits, ByteMutator random) {
    RoundAssembler assembler = new RoundAssembler(limits);
    EdgeMetrics metrics =
        new EdgeMetrics(UnregisteredMetricGroups.createUnregisteredOperatorMetricGroup());
    RequestDecoder decoder =
        new RequestDecoder(assembler, new OpenServices(topics.open(), control, metrics));
    List<InboundRecord> arriving = List.of();
    int senders = 1 + random.below(5);
    for (int i = 0; i < senders; i++) {
      arriving = random.interleaved(arriving, random.disordered(random.oneOf(corpus)));
    }
    long complete = 0;
    long now = 0;
    for (InboundRecord record : arriving) {
      now += random.below(40);
      InboundRecord sent =
          random.onceIn(2) ? damaged(record, random.oneOf(arriving), random) : record;
      provider.ready(!random.onceIn(50));
      Handled<AssembledRequest> decoded = decoder.decode(sent, now);
      complete += require(decoded);
      requireNotices(decoder.expire(now));
      assertThat(assembler.bytes()).isBetween(0L, limits.bytesPerSubtask());
    }
    assertThat(metrics.refusals(EdgeErrorCode.INTERNAL)).isZero();
    decoder.expire(now + limits.timeoutMillis());
    assertThat(assembler.bytes()).isZero();
    assertThat(assembler.size()).isZero();
    return complete > 0 ? "complete" : "incomplete";
  }

  private static InboundRecord damaged(
      InboundRecord record, InboundRecord other, ByteMutator random) {
    byte[] value = random.damaged(record.value(), other.value());
    String topic =
        random.onceIn(50)
            ? record.topic().substring(random.below(record.topic().length()))
            : record.topic();
    long time = random.onceIn(50) ? random.extreme() : record.appendTimeMillis();
    return new InboundRecord(topic, record.partition(), record.offset(), time, value);
  }

  private static int require(Handled<AssembledRequest> decoded) {
    requireNotices(decoded.notices());
    AssembledRequest request = decoded.only();
    if (request == null) {
      return 0;
    }
    assertThat(request.header().model()).isEqualTo(loaded.fingerprint());
    if (request.header().call() instanceof PassRelease release) {
      assertThat(release.firstFree()).isNotNegative();
      return 1;
    }
    if (request.header().call() instanceof PassClaim claim) {
      assertThat(claim.firstPass()).isBetween(0L, claim.lastPass());
      return 1;
    }
    var specs = model.plan().tensorsOfRound(request.header().asRound().round());
    assertThat(request.tensors()).hasSameSizeAs(specs);
    for (int i = 0; i < specs.size(); i++) {
      TensorPayload tensor = request.tensors().get(i);
      assertThat(tensor.id()).isEqualTo(specs.get(i).id());
      int[] residues = tensor.toResidues(specs.get(i).field());
      assertThat(residues.length).isEqualTo(specs.get(i).elements());
      for (int residue : residues) {
        if (!Field31.isCanonical(residue)) {
          throw new AssertionError("a residue outside of the field came through");
        }
      }
    }
    return 1;
  }

  /** Every notice can be read by those that it is meant for. */
  private static void requireNotices(List<OutgoingRecord> notices) {
    for (OutgoingRecord notice : notices) {
      if (notice.topic().equals(Topics.REJECTED)) {
        RecordCodec.REJECTIONS.decode(notice.value());
      } else {
        AnswerCodec.current().decode(notice.value());
      }
    }
  }

  /** What senders send: claims and rounds of two devices with two instances each. */
  private static List<List<InboundRecord>> corpus(int[] rounds) {
    Fingerprint fingerprint = loaded.fingerprint();
    List<List<InboundRecord>> corpus = new ArrayList<>();
    for (String device : List.of("d1", "d2")) {
      for (InstanceId instance : List.of(Requests.INSTANCE, Requests.OTHER_INSTANCE)) {
        List<InboundRecord> sent = new ArrayList<>();
        sent.add(Requests.claimRecord(device, fingerprint, instance, 0, 63));
        for (int round : rounds) {
          long seed = round + instance.low();
          sent.addAll(
              Requests.records(
                  device, fingerprint, instance, 5, round, model.tensors(round, seed)));
        }
        PassRelease release = new PassRelease(device, Requests.CHAIN, fingerprint, 6, instance);
        sent.add(Requests.record(RequestCodec.current().encode(release, Requests.LIFETIME)));
        corpus.add(sent);
      }
    }
    return corpus;
  }
}
