/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.kafka.codec;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.lepcnn.core.field.ResidueField;
import org.lepcnn.core.fuzz.ByteMutator;
import org.lepcnn.core.fuzz.FuzzRun;
import org.lepcnn.core.model.MaskedTensorSpec;
import org.lepcnn.core.port.EdgeErrorCode;
import org.lepcnn.core.port.PassClaim;
import org.lepcnn.core.port.PassId;
import org.lepcnn.core.port.PassRelease;
import org.lepcnn.core.port.PassRound;
import org.lepcnn.kafka.chunk.MalformedRecordException;
import org.lepcnn.kafka.wire.DeviceRecord;
import org.lepcnn.kafka.wire.DeviceStatus;
import org.lepcnn.kafka.wire.Id256;
import org.lepcnn.kafka.wire.ModelRecord;
import org.lepcnn.kafka.wire.ModelStatus;

/**
 * Damaged records of every kind through every decoder, in both directions: read, or refused with a
 * {@link MalformedRecordException}, nothing else.
 *
 * <p>A longer run: {@code ./mvnw verify -Pfuzz} with {@code -Dfuzz.records=N} and {@code
 * -Dfuzz.seed=S}.
 */
@Tag("slow")
class CodecFuzzTest {
  private static final String READ = "read";
  private static final Samples SAMPLES = new Samples(5);

  @FunctionalInterface
  private interface Decoder {
    void decode(byte[] value);
  }

  private static final List<Decoder> DECODERS =
      List.of(
          RequestCodec.current()::decode,
          AnswerCodec.current()::decode,
          RecordCodec.REJECTIONS::decode,
          RecordCodec.MODELS::decode,
          RecordCodec.DEVICES::decode);

  /** A record with the decoder that it is meant for. */
  private record Sample(byte[] value, Decoder decoder) {}

  @Test
  void damagedRecords_areReadOrRefused() {
    List<Sample> corpus = corpus();
    corpus.forEach(sample -> sample.decoder().decode(sample.value()));
    long attempts = Long.getLong("fuzz.records", 20_000);
    new FuzzRun(Long.getLong("fuzz.seed", 3), (random, number) -> attempt(corpus, random))
        .check("Damaged records through the codecs", attempts, READ, FuzzRun.REFUSED);
  }

  private static String attempt(List<Sample> corpus, ByteMutator random) {
    Sample sample = random.oneOf(corpus);
    byte[] mutant = random.damaged(sample.value(), random.oneOf(corpus).value());
    Decoder decoder = random.onceIn(20) ? random.oneOf(DECODERS) : sample.decoder();
    decoder.decode(mutant);
    return READ;
  }

  private static List<Sample> corpus() {
    List<Sample> corpus = new ArrayList<>();
    Decoder requests = DECODERS.get(0);
    Decoder answers = DECODERS.get(1);
    for (int i = 0; i < 8; i++) {
      PassId pass = SAMPLES.pass();
      ResidueField field = ResidueField.values()[i % 2];
      int[] residues = SAMPLES.residues(field, 1 + SAMPLES.below(60));
      for (byte[] chunk :
          RequestCodec.current()
              .encodeTensor(
                  new PassRound(pass, i, SAMPLES.instance()),
                  new MaskedTensorSpec(i, i, residues.length, field),
                  residues,
                  1 + SAMPLES.number())) {
        corpus.add(new Sample(chunk, requests));
      }
      for (byte[] chunk :
          AnswerCodec.current().encodeLayer(pass, i, i, field, residues, residues.length)) {
        corpus.add(new Sample(chunk, answers));
      }
      PassClaim claim =
          new PassClaim(pass.device(), pass.chain(), pass.model(), i, i + 40L, SAMPLES.instance());
      corpus.add(new Sample(RequestCodec.current().encode(claim, 30_000), requests));
      PassRelease release =
          new PassRelease(pass.device(), pass.chain(), pass.model(), i, SAMPLES.instance());
      corpus.add(new Sample(RequestCodec.current().encode(release, 30_000), requests));
      corpus.add(new Sample(reply(pass, i), answers));
      corpus.add(rejection(pass, i));
      corpus.add(model(pass));
      corpus.add(device(pass));
    }
    return corpus;
  }

  private static byte[] reply(PassId pass, int i) {
    EdgeErrorCode[] codes = EdgeErrorCode.values();
    EdgeReplyView reply =
        i == 0
            ? EdgeReplyView.accepted(SAMPLES.release())
            : EdgeReplyView.refused(
                new PassRound(pass, i, SAMPLES.instance()), codes[i % codes.length], "why " + i);
    return AnswerCodec.current().encode(reply);
  }

  private static Sample rejection(PassId pass, int i) {
    var rejection = Rejections.of("lepcnn.requests.g", i, 7L * i, EdgeErrorCode.STALE, "why " + i);
    if (i % 2 == 0) {
      rejection.setDevice(pass.device());
      rejection.setPass(pass.pass());
    }
    return new Sample(RecordCodec.REJECTIONS.encode(rejection), DECODERS.get(2));
  }

  private static Sample model(PassId pass) {
    Id256 id = WireIds.wire(pass.model());
    ModelRecord record =
        ModelRecord.newBuilder()
            .setModel(id)
            .setName("alexnet")
            .setEdgeHalf("file:///models/edge.lep")
            .setDeviceHash(id)
            .setStatus(ModelStatus.AVAILABLE)
            .setPublishedMillis(SAMPLES.number())
            .build();
    return new Sample(RecordCodec.MODELS.encode(record), DECODERS.get(3));
  }

  private static Sample device(PassId pass) {
    DeviceRecord record =
        DeviceRecord.newBuilder()
            .setDevice(pass.device())
            .setGateway("home")
            .setModels(List.of(WireIds.wire(pass.model()), WireIds.wire(SAMPLES.model())))
            .setRequestsPerSecond(60)
            .setBytesPerSecond(1 << 20)
            .setStatus(DeviceStatus.ENROLLED)
            .build();
    return new Sample(RecordCodec.DEVICES.encode(record), DECODERS.get(4));
  }
}
