/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx;

import ai.onnx.proto.OnnxMl.ModelProto;
import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * Damages models: bytes of the file (flipped, replaced, copied, cut) or fields of the message
 * (extreme numbers, names of other fields, elements dropped, repeated or exchanged).
 */
final class ModelMutator {
  private static final long[] EXTREMES = {
    0,
    1,
    -1,
    2,
    3,
    7,
    64,
    1 << 16,
    Integer.MAX_VALUE,
    1L << 31,
    1L << 40,
    Long.MAX_VALUE,
    Long.MIN_VALUE
  };

  private final Random random;
  private final List<String> names = new ArrayList<>();

  ModelMutator(long seed) {
    random = new Random(seed);
  }

  byte[] mutant(ModelProto original) {
    if (random.nextBoolean()) {
      return damaged(original.toByteArray());
    }
    names.clear();
    collectNames(original);
    Message.Builder builder = original.toBuilder();
    int changes = 1 + random.nextInt(3);
    for (int i = 0; i < changes; i++) {
      change(builder);
    }
    return builder.buildPartial().toByteArray();
  }

  byte[] damaged(byte[] original) {
    byte[] bytes = original.clone();
    int changes = 1 + random.nextInt(3);
    for (int k = 0; k < changes; k++) {
      int at = random.nextInt(bytes.length);
      switch (random.nextInt(4)) {
        case 0 -> bytes[at] = (byte) random.nextInt(256);
        case 1 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
        case 2 -> bytes = Arrays.copyOf(bytes, Math.max(1, at));
        default -> {
          int length = Math.min(bytes.length - at, 1 + random.nextInt(8));
          System.arraycopy(bytes, random.nextInt(bytes.length - length + 1), bytes, at, length);
        }
      }
    }
    return bytes;
  }

  private void collectNames(Message message) {
    message
        .getAllFields()
        .forEach(
            (field, value) -> {
              for (Object each : value instanceof List<?> list ? list : List.of(value)) {
                if (each instanceof Message inner) {
                  collectNames(inner);
                } else if (each instanceof String text) {
                  names.add(text);
                }
              }
            });
  }

  /** Goes down a random path of fields that are set, and changes what it ends at. */
  private void change(Message.Builder builder) {
    List<FieldDescriptor> set = new ArrayList<>(builder.getAllFields().keySet());
    if (set.isEmpty()) {
      return;
    }
    FieldDescriptor field = set.get(random.nextInt(set.size()));
    boolean message = field.getJavaType() == FieldDescriptor.JavaType.MESSAGE;
    if (field.isRepeated()) {
      changeRepeated(builder, field, message);
    } else if (message && random.nextInt(10) > 0) {
      change(builder.getFieldBuilder(field));
    } else if (random.nextInt(10) == 0) {
      builder.clearField(field);
    } else if (!message) {
      builder.setField(field, value(field, builder.getField(field)));
    }
  }

  private void changeRepeated(Message.Builder builder, FieldDescriptor field, boolean message) {
    int count = builder.getRepeatedFieldCount(field);
    int at = random.nextInt(count);
    int action = random.nextInt(message ? 12 : 6);
    switch (action) {
      case 0 -> {
        List<Object> kept = new ArrayList<>((List<?>) builder.getField(field));
        kept.remove(at);
        builder.setField(field, kept);
      }
      case 1 -> builder.addRepeatedField(field, builder.getRepeatedField(field, at));
      case 2 -> {
        int other = random.nextInt(count);
        Object first = builder.getRepeatedField(field, at);
        builder.setRepeatedField(field, at, builder.getRepeatedField(field, other));
        builder.setRepeatedField(field, other, first);
      }
      default -> {
        if (message) {
          Message.Builder inner = ((Message) builder.getRepeatedField(field, at)).toBuilder();
          change(inner);
          builder.setRepeatedField(field, at, inner.buildPartial());
        } else {
          builder.setRepeatedField(field, at, value(field, builder.getRepeatedField(field, at)));
        }
      }
    }
  }

  private Object value(FieldDescriptor field, Object old) {
    long extreme = EXTREMES[random.nextInt(EXTREMES.length)];
    return switch (field.getJavaType()) {
      case INT -> (int) extreme;
      case LONG -> extreme;
      case FLOAT -> random.nextBoolean() ? Float.NaN : (float) extreme;
      case DOUBLE -> random.nextBoolean() ? Double.NaN : (double) extreme;
      case BOOLEAN -> random.nextBoolean();
      case STRING -> names.get(random.nextInt(names.size()));
      case BYTE_STRING -> {
        byte[] bytes = ((ByteString) old).toByteArray();
        yield bytes.length == 0 ? old : ByteString.copyFrom(damaged(bytes));
      }
      case ENUM ->
          field
              .getEnumType()
              .getValues()
              .get(random.nextInt(field.getEnumType().getValues().size()));
      case MESSAGE -> old;
    };
  }
}
