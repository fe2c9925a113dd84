/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.kafka.codec;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.apache.avro.Schema;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.lepcnn.core.fuzz.ByteMutator;

/**
 * Schemas as other releases, and people who mean no good, might have them: fields left out, moved,
 * added, of another type; and records of random values that are written with them.
 */
final class ForeignSchemas {
  private final ByteMutator random;

  ForeignSchemas(ByteMutator random) {
    this.random = random;
  }

  /** A schema of the same name. */
  Schema altered(Schema record) {
    List<Schema.Field> fields = new ArrayList<>();
    for (Schema.Field field : record.getFields()) {
      if (random.onceIn(12)) {
        continue;
      }
      Schema type = random.onceIn(6) ? anotherType(field.schema()) : field.schema();
      int at = random.onceIn(8) ? random.below(fields.size() + 1) : fields.size();
      fields.add(at, new Schema.Field(field.name(), type));
    }
    if (random.onceIn(3)) {
      fields.add(new Schema.Field("more", anotherType(Schema.create(Schema.Type.LONG))));
    }
    return Schema.createRecord(record.getName(), null, record.getNamespace(), false, fields);
  }

  private Schema anotherType(Schema type) {
    Schema nothing = Schema.create(Schema.Type.NULL);
    return switch (random.below(9)) {
      case 0 -> Schema.create(Schema.Type.BYTES);
      case 1 -> Schema.create(Schema.Type.STRING);
      case 2 -> Schema.create(Schema.Type.LONG);
      case 3 -> Schema.create(Schema.Type.DOUBLE);
      case 4 -> Schema.createArray(type);
      case 5 -> Schema.createMap(type);
      case 6 -> Schema.createFixed("Other" + random.below(1 << 20), null, "x", random.below(40));
      case 7 -> type.getType() == Schema.Type.UNION ? nothing : Schema.createUnion(nothing, type);
      default ->
          type.getType() == Schema.Type.ENUM
              ? Schema.createEnum(
                  type.getName(), null, type.getNamespace(), List.of("OTHER", "ENROLLED"))
              : nothing;
    };
  }

  /** A record of random values in single-object encoding. */
  byte[] record(Schema schema) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(SingleObject.MARKER_0);
    out.write(SingleObject.MARKER_1);
    ByteBuffer fingerprint = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    out.write(fingerprint.putLong(KnownSchemas.fingerprint(schema)).array());
    BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(out, null);
    write(schema, encoder);
    encoder.flush();
    return out.toByteArray();
  }

  private void write(Schema schema, BinaryEncoder out) throws IOException {
    switch (schema.getType()) {
      case RECORD -> {
        for (Schema.Field field : schema.getFields()) {
          write(field.schema(), out);
        }
      }
      case UNION -> {
        int branch = random.below(schema.getTypes().size());
        out.writeIndex(branch);
        write(schema.getTypes().get(branch), out);
      }
      case ARRAY, MAP -> writeItems(schema, out);
      case ENUM -> out.writeEnum(random.below(schema.getEnumSymbols().size()));
      case STRING -> out.writeString("text-" + random.below(9));
      case BYTES -> out.writeBytes(bytes(random.below(80)));
      case FIXED -> out.writeFixed(bytes(schema.getFixedSize()));
      case INT -> out.writeInt((int) number());
      case LONG -> out.writeLong(number());
      case FLOAT -> out.writeFloat((float) number());
      case DOUBLE -> out.writeDouble((double) number());
      case BOOLEAN -> out.writeBoolean(random.onceIn(2));
      case NULL -> out.writeNull();
    }
  }

  private void writeItems(Schema schema, BinaryEncoder out) throws IOException {
    boolean map = schema.getType() == Schema.Type.MAP;
    Schema item = map ? schema.getValueType() : schema.getElementType();
    int count = random.below(4);
    out.writeArrayStart();
    out.setItemCount(count);
    for (int i = 0; i < count; i++) {
      out.startItem();
      if (map) {
        out.writeString("key" + i);
      }
      write(item, out);
    }
    out.writeArrayEnd();
  }

  private byte[] bytes(int length) {
    byte[] bytes = new byte[length];
    for (int i = 0; i < length; i++) {
      bytes[i] = (byte) random.below(256);
    }
    return bytes;
  }

  private long number() {
    return random.onceIn(3) ? random.extreme() : random.below(100);
  }
}
