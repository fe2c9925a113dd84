/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.onnxruntime;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.io.Varint;

/**
 * Refuses serialized ONNX models that make ONNX Runtime read anything but the model: tensors that
 * lie in other files or at addresses in memory, wherever in the model they stand; nodes that name
 * files; settings of a session.
 *
 * <p>ONNX Runtime resolves such references itself, against the working directory, and what it reads
 * may become weights that are published. The check works on the bytes that ONNX Runtime gets and
 * knows every place of the format; a field that it does not know is refused, since a tensor might
 * stand in it.
 */
public final class SelfContainedModel {
  /** As deep as ONNX Runtime reads messages inside messages. */
  private static final int MAX_DEPTH = 100;

  private static final int VARINT = 0;
  private static final int FIXED64 = 1;
  private static final int BYTES = 2;
  private static final int FIXED32 = 5;
  private static final int TENSOR_EXTERNAL_DATA = 13;
  private static final int TENSOR_DATA_LOCATION = 14;
  private static final int NODE_OP_TYPE = 4;
  private static final int MODEL_METADATA = 14;
  private static final int ENTRY_KEY = 1;
  private static final String CONTEXT_OPERATOR = "EPContext";
  private static final String SESSION_SETTINGS = "ort_config";

  private final String what;
  private final ByteBuffer in;

  private SelfContainedModel(String what, ByteBuffer in) {
    this.what = what;
    this.in = in;
  }

  /**
   * Passes when the model refers to nothing outside.
   *
   * @param what says what is done, for errors, such as {@code Loading stage 2}
   * @param onnx a serialized model; its position is left alone
   * @throws BadInputException when it does, or is damaged
   */
  public static void require(String what, ByteBuffer onnx) {
    SelfContainedModel model = new SelfContainedModel(what, onnx.duplicate());
    try {
      model.walk(OnnxMessage.MODEL, model.in.limit(), 0);
    } catch (BufferUnderflowException e) {
      throw model.damaged();
    }
  }

  private void walk(OnnxMessage message, int end, int depth) {
    if (depth > MAX_DEPTH) {
      throw refused("messages nested to a depth of " + MAX_DEPTH, "deeper ones");
    }
    while (in.position() < end) {
      long tag = varint();
      int field = (int) (tag >>> 3);
      if (tag >>> Integer.SIZE != 0 || field == 0) {
        throw damaged();
      }
      if (!message.knows(field)) {
        throw refused(
            "the fields of the ONNX format that this version knows",
            "field " + field + " in a " + name(message));
      }
      field(message, field, (int) tag & 7, depth);
    }
    if (in.position() != end) {
      throw damaged();
    }
  }

  private void field(OnnxMessage message, int field, int wireType, int depth) {
    OnnxMessage child = message.child(field);
    if (message == OnnxMessage.TENSOR) {
      requireInside(field, wireType);
    }
    if (child != null && wireType != BYTES) {
      throw damaged();
    }
    switch (wireType) {
      case VARINT -> {
        if (varint() != 0 && isLocation(message, field)) {
          throw external();
        }
      }
      case FIXED64 -> skip(Long.BYTES);
      case FIXED32 -> skip(Integer.BYTES);
      case BYTES -> {
        int end = endOfBytes();
        if (child != null) {
          walk(child, end, depth + 1);
        } else {
          requireHarmless(message, field, end);
          in.position(end);
        }
      }
      default -> throw damaged(); // groups, which the format has not
    }
  }

  private void requireInside(int field, int wireType) {
    if (field == TENSOR_EXTERNAL_DATA) {
      throw external();
    }
    if (field == TENSOR_DATA_LOCATION && wireType != VARINT) {
      throw damaged();
    }
  }

  private static boolean isLocation(OnnxMessage message, int field) {
    return message == OnnxMessage.TENSOR && field == TENSOR_DATA_LOCATION;
  }

  private void requireHarmless(OnnxMessage message, int field, int end) {
    if (message == OnnxMessage.NODE
        && field == NODE_OP_TYPE
        && text(end).equals(CONTEXT_OPERATOR)) {
      throw refused("operators that read no file", "a node " + CONTEXT_OPERATOR);
    }
    if (message == OnnxMessage.MODEL && field == MODEL_METADATA) {
      requireNoSettings(end);
    }
  }

  private void requireNoSettings(int end) {
    while (in.position() < end) {
      long tag = varint();
      if ((tag & 7) != BYTES) {
        throw damaged();
      }
      int endOfValue = endOfBytes();
      if (tag >>> 3 == ENTRY_KEY && text(endOfValue).equals(SESSION_SETTINGS)) {
        throw refused("a model without settings of its session", "metadata " + SESSION_SETTINGS);
      }
      in.position(endOfValue);
    }
  }

  /** The text up to {@code end}; long ones are cut, since only short ones are compared. */
  private String text(int end) {
    byte[] bytes = new byte[Math.min(end - in.position(), 64)];
    in.get(in.position(), bytes);
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private long varint() {
    return Varint.<BadInputException>read(in::get, this::damaged);
  }

  private int endOfBytes() {
    long length = varint();
    if (length < 0 || length > in.remaining()) {
      throw damaged();
    }
    return in.position() + (int) length;
  }

  private void skip(int bytes) {
    if (bytes > in.remaining()) {
      throw damaged();
    }
    in.position(in.position() + bytes);
  }

  private BadInputException external() {
    return refused(
        "a model whose tensors are all inside", "a tensor that refers to data outside the model");
  }

  private BadInputException damaged() {
    return refused("a serialized ONNX model", "other bytes");
  }

  private BadInputException refused(String expected, String found) {
    return BadInputException.about(what)
        .expected(expected)
        .found(found, "The model is damaged or hostile. Import it again.");
  }

  private static String name(OnnxMessage message) {
    return message.name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }
}
