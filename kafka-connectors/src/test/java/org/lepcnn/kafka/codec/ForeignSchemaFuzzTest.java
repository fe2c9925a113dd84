/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.kafka.codec;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.avro.Schema;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.lepcnn.core.fuzz.ByteMutator;
import org.lepcnn.core.fuzz.FuzzRun;
import org.lepcnn.kafka.chunk.MalformedRecordException;
import org.lepcnn.kafka.wire.ClaimRequest;
import org.lepcnn.kafka.wire.DeviceRecord;
import org.lepcnn.kafka.wire.EdgeReply;
import org.lepcnn.kafka.wire.LayerChunk;
import org.lepcnn.kafka.wire.ModelRecord;
import org.lepcnn.kafka.wire.Rejection;
import org.lepcnn.kafka.wire.ReleaseRequest;
import org.lepcnn.kafka.wire.TensorChunk;

/**
 * Records, whole and damaged, whose schemas were added as those of other releases and fit this
 * one's badly or not at all: read, or refused with a {@link MalformedRecordException}, nothing
 * else.
 *
 * <p>A longer run: {@code ./mvnw verify -Pfuzz} with {@code -Dfuzz.records=N} and {@code
 * -Dfuzz.seed=S}.
 */
@Tag("slow")
class ForeignSchemaFuzzTest {
  private static final String READ = "read";
  private static final int SCHEMAS_OF_EACH = 60;

  @FunctionalInterface
  private interface Decoder {
    void decode(byte[] value);
  }

  /** A schema with the decoder that its records are meant for. */
  private record Foreign(Schema schema, Decoder decoder) {}

  private final long seed = Long.getLong("fuzz.seed", 29);

  @Test
  void recordsOfForeignSchemas_areReadOrRefused() {
    List<Foreign> corpus = corpus(FuzzRun.mutator(seed, -1));
    long attempts = Long.getLong("fuzz.records", 20_000);
    new FuzzRun(seed, (random, number) -> attempt(corpus, random))
        .check("Records of foreign schemas", attempts, READ, FuzzRun.REFUSED);
  }

  private static String attempt(List<Foreign> corpus, ByteMutator random) throws IOException {
    Foreign foreign = random.oneOf(corpus);
    byte[] value = new ForeignSchemas(random).record(foreign.schema());
    foreign.decoder().decode(random.onceIn(3) ? random.damaged(value) : value);
    return READ;
  }

  private static List<Foreign> corpus(ByteMutator random) {
    List<Schema> requests =
        altered(
            random,
            List.of(
                ClaimRequest.getClassSchema(),
                ReleaseRequest.getClassSchema(),
                TensorChunk.getClassSchema()));
    List<Schema> answers =
        altered(random, List.of(EdgeReply.getClassSchema(), LayerChunk.getClassSchema()));
    List<Schema> rejections = altered(random, List.of(Rejection.getClassSchema()));
    List<Schema> models = altered(random, List.of(ModelRecord.getClassSchema()));
    List<Schema> devices = altered(random, List.of(DeviceRecord.getClassSchema()));
    List<Foreign> corpus = new ArrayList<>();
    add(corpus, requests, new RequestCodec(known(requests))::decode);
    add(corpus, answers, new AnswerCodec(known(answers))::decode);
    add(corpus, rejections, RecordCodec.REJECTIONS.with(known(rejections))::decode);
    add(corpus, models, RecordCodec.MODELS.with(known(models))::decode);
    add(corpus, devices, RecordCodec.DEVICES.with(known(devices))::decode);
    return corpus;
  }

  private static void add(List<Foreign> corpus, List<Schema> schemas, Decoder decoder) {
    schemas.forEach(schema -> corpus.add(new Foreign(schema, decoder)));
  }

  private static KnownSchemas known(List<Schema> schemas) {
    return KnownSchemas.current().with(schemas);
  }

  private static List<Schema> altered(ByteMutator random, List<Schema> schemas) {
    ForeignSchemas foreign = new ForeignSchemas(random);
    List<Schema> altered = new ArrayList<>();
    for (Schema schema : schemas) {
      for (int i = 0; i < SCHEMAS_OF_EACH; i++) {
        altered.add(foreign.altered(schema));
      }
    }
    return altered;
  }
}
