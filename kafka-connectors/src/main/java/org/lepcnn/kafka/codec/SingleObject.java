/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.kafka.codec;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.HexFormat;
import org.apache.avro.Schema;
import org.apache.avro.io.DatumReader;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.message.SchemaStore;
import org.lepcnn.kafka.chunk.ByteSlice;
import org.lepcnn.kafka.chunk.MalformedRecordException;

/** The header of Avro's single-object encoding, and the general way to decode what follows it. */
final class SingleObject {
  static final byte MARKER_0 = (byte) 0xC3;
  static final byte MARKER_1 = 0x01;
  static final int HEADER_BYTES = 2 + Long.BYTES;
  private static final VarHandle LITTLE_ENDIAN =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private SingleObject() {}

  /** Checks the marker and returns the fingerprint of the writer's schema. */
  static long schemaFingerprint(ByteSlice record) {
    byte[] array = record.array();
    int at = record.offset();
    if (record.length() < HEADER_BYTES || array[at] != MARKER_0 || array[at + 1] != MARKER_1) {
      throw MalformedRecordException.about("Record of " + record.length() + " bytes")
          .expected("the header of Avro's single-object encoding, C3 01 and a schema fingerprint")
          .found("none");
    }
    return (long) LITTLE_ENDIAN.get(array, at + 2);
  }

  static ByteSlice body(ByteSlice record) {
    return new ByteSlice(
        record.array(), record.offset() + HEADER_BYTES, record.length() - HEADER_BYTES);
  }

  static Schema writerSchema(SchemaStore schemas, long fingerprint) {
    Schema schema = schemas.findByFingerprint(fingerprint);
    if (schema == null) {
      throw MalformedRecordException.about("Record")
          .expected("a schema that this release knows")
          .found(
              "fingerprint " + HexFormat.of().toHexDigits(fingerprint),
              "Was it written by a newer release?");
    }
    return schema;
  }

  static MalformedRecordException unexpected(String expected, Schema found) {
    return MalformedRecordException.about("Record")
        .expected(expected)
        .found("a " + found.getName());
  }

  /**
   * Decodes a body written with any schema that resolves to the generated class's.
   *
   * <p>What Avro's decoder throws when a schema resolves on paper and its values do not fit (a
   * class cast, an index, a missing value) is its own affair and changes with its releases:
   * whatever it is, the record cannot be read. Lengths were checked before, so that memory is not
   * at stake.
   *
   * @throws MalformedRecordException for everything that cannot be read
   */
  static <T> T decode(Class<T> type, Schema readerSchema, Schema writerSchema, ByteSlice body) {
    WireReader bounds = new WireReader(writerSchema.getName(), body);
    SchemaWalk.skip(writerSchema, bounds, writerSchema.getName());
    bounds.requireEnd();
    try {
      DatumReader<?> reader = WireModel.INSTANCE.createDatumReader(writerSchema, readerSchema);
      return type.cast(
          reader.read(
              null,
              DecoderFactory.get()
                  .binaryDecoder(body.array(), body.offset(), body.length(), null)));
    } catch (SecurityException e) {
      throw e; // a class that may not be used is a fault of the installation, not of the record
    } catch (IOException | RuntimeException e) {
      throw new MalformedRecordException(
          writerSchema.getName() + ": the record cannot be read as this release's schema.", e);
    }
  }
}
