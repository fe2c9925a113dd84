/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.kafka.codec;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.SchemaNormalization;
import org.apache.avro.message.SchemaStore;
import org.jspecify.annotations.Nullable;
import org.lepcnn.kafka.wire.ClaimRequest;
import org.lepcnn.kafka.wire.DeviceRecord;
import org.lepcnn.kafka.wire.EdgeReply;
import org.lepcnn.kafka.wire.LayerChunk;
import org.lepcnn.kafka.wire.ModelRecord;
import org.lepcnn.kafka.wire.Rejection;
import org.lepcnn.kafka.wire.ReleaseRequest;
import org.lepcnn.kafka.wire.TensorChunk;

/**
 * The writer schemas that a reader accepts, by fingerprint: today's, and those of earlier or later
 * releases that were added. Immutable.
 */
public final class KnownSchemas implements SchemaStore {
  private static final KnownSchemas CURRENT =
      new KnownSchemas(Map.of())
          .with(
              List.of(
                  ClaimRequest.getClassSchema(),
                  ReleaseRequest.getClassSchema(),
                  TensorChunk.getClassSchema(),
                  LayerChunk.getClassSchema(),
                  EdgeReply.getClassSchema(),
                  Rejection.getClassSchema(),
                  ModelRecord.getClassSchema(),
                  DeviceRecord.getClassSchema(),
                  earlier("DeviceRecord-1.avsc")));

  private final Map<Long, Schema> byFingerprint;

  private KnownSchemas(Map<Long, Schema> byFingerprint) {
    this.byFingerprint = Map.copyOf(byFingerprint);
  }

  /** The schemas of this release. */
  public static KnownSchemas current() {
    return CURRENT;
  }

  /** These schemas and more: records written with them are read by Avro's resolution rules. */
  public KnownSchemas with(List<Schema> more) {
    Map<Long, Schema> all = new HashMap<>(byFingerprint);
    for (Schema schema : more) {
      all.put(fingerprint(schema), schema);
    }
    return new KnownSchemas(all);
  }

  /** CRC-64-AVRO of a schema's parsing canonical form. */
  static long fingerprint(Schema schema) {
    return SchemaNormalization.parsingFingerprint64(schema);
  }

  /** A schema that an earlier release wrote with. */
  private static Schema earlier(String name) {
    try (InputStream in = KnownSchemas.class.getResourceAsStream(name)) {
      return new Schema.Parser().parse(in);
    } catch (IOException e) {
      throw new UncheckedIOException("Reading the schema " + name + " of the class path.", e);
    }
  }

  @Override
  public @Nullable Schema findByFingerprint(long fingerprint) {
    return byFingerprint.get(fingerprint);
  }
}
