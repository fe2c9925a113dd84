/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx.read;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import com.google.protobuf.UnknownFieldSet;
import com.google.protobuf.UnsafeByteOperations;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.onnx.graph.Shapes;
import org.lepcnn.onnx.graph.Tensors;

/**
 * Brings tensors that lie in files beside the model into it, wherever in the model they stand: the
 * places are those of the format's own description. Files are read by {@link ModelFolder}'s rules
 * alone. Afterwards no tensor refers to anything outside.
 *
 * <p>Training information, which nothing here runs, and fields of newer versions of the format are
 * left out.
 */
public final class ExternalData {
  private static final long MAX_TOTAL_BYTES = Integer.MAX_VALUE - (64L << 20);
  private static final Set<Descriptor> HOLD_TENSORS = holdersOfTensors();

  private final ModelFolder folder;
  private long totalBytes;

  private ExternalData(ModelFolder folder) {
    this.folder = folder;
  }

  /** The model with all its tensors inside, each as long as its shape says. */
  public static ModelProto inline(ModelProto model, Path modelFile) {
    ModelProto run = model.toBuilder().clearTrainingInfo().clearMetadataProps().build();
    return (ModelProto) new ExternalData(ModelFolder.of(modelFile)).whole(run);
  }

  private Message whole(Message message) {
    if (message instanceof TensorProto tensor) {
      return inside(tensor);
    }
    Message.Builder builder = message.toBuilder();
    boolean changed = !message.getUnknownFields().asMap().isEmpty();
    builder.setUnknownFields(UnknownFieldSet.getDefaultInstance());
    for (Map.Entry<FieldDescriptor, Object> entry : message.getAllFields().entrySet()) {
      FieldDescriptor field = entry.getKey();
      if (holdsTensors(field)) {
        changed |= field.isRepeated() ? replaceAll(builder, field) : replace(builder, field);
      }
    }
    return changed ? builder.build() : message;
  }

  private boolean replace(Message.Builder builder, FieldDescriptor field) {
    Message before = (Message) builder.getField(field);
    Message after = whole(before);
    if (after != before) {
      builder.setField(field, after);
    }
    return after != before;
  }

  private boolean replaceAll(Message.Builder builder, FieldDescriptor field) {
    boolean changed = false;
    for (int i = 0; i < builder.getRepeatedFieldCount(field); i++) {
      Message before = (Message) builder.getRepeatedField(field, i);
      Message after = whole(before);
      if (after != before) {
        builder.setRepeatedField(field, i, after);
        changed = true;
      }
    }
    return changed;
  }

  private TensorProto inside(TensorProto tensor) {
    TensorProto whole =
        tensor.getDataLocation() == TensorProto.DataLocation.EXTERNAL ? load(tensor) : tensor;
    if (whole.getExternalDataCount() > 0) {
      throw refused(tensor, "that it is marked as external", "external data without the mark");
    }
    Tensors.requireConsistent(whole);
    return whole.getUnknownFields().asMap().isEmpty()
        ? whole
        : whole.toBuilder().setUnknownFields(UnknownFieldSet.getDefaultInstance()).build();
  }

  private TensorProto load(TensorProto tensor) {
    Path file = file(tensor);
    long offset = number(tensor, "offset", 0);
    byte[] data;
    try (SeekableByteChannel channel = Files.newByteChannel(file)) {
      long size = channel.size();
      long length = number(tensor, "length", Math.max(0, size - offset));
      if (offset > size || length > size - offset) {
        throw refused(
            tensor,
            "the bytes " + offset + " to " + offset + " + " + length + " of " + file.getFileName(),
            "a file of " + size + " bytes");
      }
      requireExpected(tensor, length);
      data = read(channel, offset, Math.toIntExact(length));
    } catch (IOException e) {
      throw refused(tensor, "a readable file " + file.getFileName(), e.toString());
    }
    return tensor.toBuilder()
        .clearExternalData()
        .clearDataLocation()
        .setRawData(UnsafeByteOperations.unsafeWrap(data))
        .build();
  }

  private Path file(TensorProto tensor) {
    try {
      return folder.resolve(entry(tensor, "location", ""));
    } catch (ModelFolder.RefusedLocationException e) {
      throw refused(tensor, e.expected(), e.found());
    }
  }

  private void requireExpected(TensorProto tensor, long length) {
    long elements = Tensors.elements(Tensors.dims(tensor));
    long bits = Tensors.bitsPerElement(tensor.getDataType());
    if (bits == 0 || elements > Long.MAX_VALUE / 128 || length != (elements * bits + 7) / 8) {
      throw refused(
          tensor,
          "as many bytes as the shape " + Shapes.text(Tensors.dims(tensor)) + " needs",
          length + " bytes");
    }
    totalBytes += length;
    if (totalBytes > MAX_TOTAL_BYTES) {
      throw refused(tensor, "at most " + MAX_TOTAL_BYTES + " bytes of weights in all", "more");
    }
  }

  private static byte[] read(SeekableByteChannel channel, long offset, int length)
      throws IOException {
    ByteBuffer data = ByteBuffer.allocate(length);
    channel.position(offset);
    while (data.hasRemaining()) {
      if (channel.read(data) < 0) {
        throw new IOException("the file ends too early");
      }
    }
    return data.array();
  }

  private static boolean holdsTensors(FieldDescriptor field) {
    return field.getJavaType() == FieldDescriptor.JavaType.MESSAGE
        && HOLD_TENSORS.contains(field.getMessageType());
  }

  /** The messages of the format in which a tensor can stand at any depth, tensors included. */
  private static Set<Descriptor> holdersOfTensors() {
    List<Descriptor> all = ModelProto.getDescriptor().getFile().getMessageTypes();
    Set<Descriptor> holders = new HashSet<>(Set.of(TensorProto.getDescriptor()));
    boolean grown = true;
    while (grown) {
      grown = false;
      for (Descriptor message : all) {
        boolean holds =
            message.getFields().stream()
                .filter(field -> field.getJavaType() == FieldDescriptor.JavaType.MESSAGE)
                .anyMatch(field -> holders.contains(field.getMessageType()));
        grown |= holds && holders.add(message);
      }
    }
    return Set.copyOf(holders);
  }

  private static long number(TensorProto tensor, String key, long byDefault) {
    String text = entry(tensor, key, Long.toString(byDefault));
    try {
      long value = Long.parseLong(text);
      if (value >= 0) {
        return value;
      }
    } catch (NumberFormatException e) {
      // refused below, like a negative number
    }
    throw refused(tensor, "a number of at least 0 as " + key, text);
  }

  private static String entry(TensorProto tensor, String key, String byDefault) {
    for (StringStringEntryProto entry : tensor.getExternalDataList()) {
      if (entry.getKey().equals(key)) {
        return entry.getValue();
      }
    }
    return byDefault;
  }

  private static BadInputException refused(TensorProto tensor, String expected, String found) {
    return BadInputException.about("Reading the external data of tensor " + tensor.getName())
        .expected(expected)
        .found(found, "Keep the model and its data files together, as they were exported.");
  }
}
