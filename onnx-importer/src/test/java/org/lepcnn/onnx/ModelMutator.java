/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx;

import ai.onnx.proto.OnnxMl.ModelProto;
import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import java.util.ArrayList;
import java.util.List;
import org.lepcnn.core.fuzz.ByteMutator;

/**
 * Damages models: bytes of the file (flipped, replaced, copied, cut) or fields of the message
 * (extreme numbers, names of other fields, elements dropped, repeated or exchanged).
 */
final class ModelMutator {
  private final ByteMutator random;
  private final List<String> names = new ArrayList<>();

  ModelMutator(ByteMutator random) {
    this.random = random;
  }

  /**
   * A damaged file.
   *
   * @param other where bytes are taken from
   */
  byte[] mutant(ModelProto original, ModelProto other) {
    if (random.onceIn(2)) {
      return random.damaged(original.toByteArray(), other.toByteArray());
    }
    names.clear();
    collectNames(original);
    Message.Builder builder = original.toBuilder();
    int changes = 1 + random.below(3);
    for (int i = 0; i < changes; i++) {
      change(builder);
    }
    return builder.buildPartial().toByteArray();
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
    FieldDescriptor field = set.get(random.below(set.size()));
    boolean message = field.getJavaType() == FieldDescriptor.JavaType.MESSAGE;
    if (field.isRepeated()) {
      changeRepeated(builder, field, message);
    } else if (message && !random.onceIn(10)) {
      change(builder.getFieldBuilder(field));
    } else if (random.onceIn(10)) {
      builder.clearField(field);
    } else if (!message) {
      builder.setField(field, value(field, builder.getField(field)));
    }
  }

  private void changeRepeated(Message.Builder builder, FieldDescriptor field, boolean message) {
    int count = builder.getRepeatedFieldCount(field);
    int at = random.below(count);
    int action = random.below(message ? 12 : 6);
    switch (action) {
      case 0 -> {
        List<Object> kept = new ArrayList<>((List<?>) builder.getField(field));
        kept.remove(at);
        builder.setField(field, kept);
      }
      case 1 -> builder.addRepeatedField(field, builder.getRepeatedField(field, at));
      case 2 -> {
        int other = random.below(count);
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
    long extreme = random.extreme();
    return switch (field.getJavaType()) {
      case INT -> (int) extreme;
      case LONG -> extreme;
      case FLOAT -> random.onceIn(2) ? Float.NaN : (float) extreme;
      case DOUBLE -> random.onceIn(2) ? Double.NaN : (double) extreme;
      case BOOLEAN -> random.onceIn(2);
      case STRING -> names.get(random.below(names.size()));
      case BYTE_STRING -> {
        byte[] bytes = ((ByteString) old).toByteArray();
        yield bytes.length == 0 ? old : ByteString.copyFrom(random.damaged(bytes));
      }
      case ENUM ->
          field.getEnumType().getValues().get(random.below(field.getEnumType().getValues().size()));
      case MESSAGE -> old;
    };
  }
}
