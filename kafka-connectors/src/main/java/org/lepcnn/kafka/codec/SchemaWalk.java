/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.kafka.codec;

import org.apache.avro.Schema;

/**
 * Steps over one datum of a known schema without building anything, checking every length against
 * the bytes that are left. What passes here cannot make Avro's own decoder allocate more than the
 * record's size; the known schemas are not recursive.
 */
final class SchemaWalk {
  private SchemaWalk() {}

  static void skip(Schema schema, WireReader in, String field) {
    switch (schema.getType()) {
      case RECORD -> schema.getFields().forEach(f -> skip(f.schema(), in, f.name()));
      case UNION -> skip(branch(schema, in, field), in, field);
      case ARRAY -> skipBlocks(in, field, () -> skip(schema.getElementType(), in, field));
      case MAP -> skipBlocks(in, field, () -> skipEntry(schema.getValueType(), in, field));
      case ENUM -> branchIndex(schema.getEnumSymbols().size(), in, field);
      case STRING, BYTES -> in.readBytes(field);
      case FIXED -> in.skip(schema.getFixedSize(), field);
      case INT -> in.readInt(field);
      case LONG -> in.readLong(field);
      case FLOAT -> in.skip(Float.BYTES, field);
      case DOUBLE -> in.skip(Double.BYTES, field);
      case BOOLEAN -> skipBoolean(in, field);
      case NULL -> {}
    }
  }

  private static void skipBoolean(WireReader in, String field) {
    int value = in.readByte(field);
    if (value != 0 && value != 1) {
      throw in.malformed(field, "a boolean, 0 or 1", Integer.toString(value));
    }
  }

  private static Schema branch(Schema union, WireReader in, String field) {
    return union.getTypes().get(branchIndex(union.getTypes().size(), in, field));
  }

  private static int branchIndex(int count, WireReader in, String field) {
    int index = in.readInt(field);
    if (index < 0 || index >= count) {
      throw in.malformed(field, "an index below " + count, Integer.toString(index));
    }
    return index;
  }

  private static void skipEntry(Schema value, WireReader in, String field) {
    in.readBytes(field);
    skip(value, in, field);
  }

  /** Blocks of an array or a map; each run steps over one item. */
  private static void skipBlocks(WireReader in, String field, Runnable item) {
    while (true) {
      long count = in.readLong(field);
      if (count == 0) {
        return;
      }
      if (count < 0) {
        in.readLength(field);
        count = count == Long.MIN_VALUE ? Long.MAX_VALUE : -count;
      }
      if (count > in.remaining()) {
        throw in.malformed(field, "at most " + in.remaining() + " items", Long.toString(count));
      }
      for (long i = 0; i < count; i++) {
        item.run();
      }
    }
  }
}
