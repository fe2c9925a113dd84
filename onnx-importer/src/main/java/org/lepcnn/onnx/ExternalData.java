/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.UnsafeByteOperations;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import org.lepcnn.core.error.BadInputException;

/**
 * Brings tensors that lie in files beside the model into it. Files are read only inside the model's
 * folder: absolute paths, {@code ..} and symbolic links that lead outside are refused.
 */
final class ExternalData {
  private static final long MAX_TOTAL_BYTES = Integer.MAX_VALUE - (64L << 20);

  private final Path folder;
  private long totalBytes;

  private ExternalData(Path folder) {
    this.folder = folder;
  }

  /** The model with all its tensors inside. */
  static ModelProto inline(ModelProto model, Path modelFile) {
    ModelProto.Builder builder = model.toBuilder();
    new ExternalData(modelFile.toAbsolutePath().getParent()).inline(builder.getGraphBuilder());
    return builder.build();
  }

  private void inline(GraphProto.Builder graph) {
    for (int i = 0; i < graph.getInitializerCount(); i++) {
      if (isExternal(graph.getInitializer(i))) {
        graph.setInitializer(i, load(graph.getInitializer(i)));
      }
      Tensors.requireConsistent(graph.getInitializer(i));
    }
    for (int i = 0; i < graph.getNodeCount(); i++) {
      if (needsWork(graph.getNode(i))) {
        inline(graph.getNodeBuilder(i));
      }
    }
  }

  private static boolean needsWork(NodeProto node) {
    return node.getAttributeList().stream()
        .anyMatch(a -> a.hasT() || a.hasG() || a.getGraphsCount() > 0 || a.getTensorsCount() > 0);
  }

  private void inline(NodeProto.Builder node) {
    for (AttributeProto.Builder attribute : node.getAttributeBuilderList()) {
      if (attribute.hasT() && isExternal(attribute.getT())) {
        attribute.setT(load(attribute.getT()));
      }
      for (int i = 0; i < attribute.getTensorsCount(); i++) {
        if (isExternal(attribute.getTensors(i))) {
          attribute.setTensors(i, load(attribute.getTensors(i)));
        }
      }
      if (attribute.hasG()) {
        inline(attribute.getGBuilder());
      }
      attribute.getGraphsBuilderList().forEach(this::inline);
    }
  }

  private static boolean isExternal(TensorProto tensor) {
    return tensor.getDataLocation() == TensorProto.DataLocation.EXTERNAL;
  }

  private TensorProto load(TensorProto tensor) {
    Path file = resolve(tensor, entry(tensor, "location", ""));
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

  private Path resolve(TensorProto tensor, String location) {
    try {
      Path file = folder.resolve(location).normalize();
      if (location.isEmpty() || !file.startsWith(folder.normalize())) {
        throw outside(tensor, location);
      }
      if (!Files.isRegularFile(file)) {
        throw refused(tensor, "a file " + location + " beside the model", "none");
      }
      Path real = file.toRealPath();
      if (!real.startsWith(folder.toRealPath())) {
        throw outside(tensor, location);
      }
      return real;
    } catch (InvalidPathException e) {
      throw outside(tensor, location);
    } catch (IOException e) {
      throw refused(tensor, "a file " + location + " beside the model", e.toString());
    }
  }

  private static BadInputException outside(TensorProto tensor, String location) {
    return refused(
        tensor, "a location inside the model's folder", "'" + location + "', which leads outside");
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
    return new BadInputException(
        "Reading the external data of tensor "
            + tensor.getName()
            + ": expected "
            + expected
            + "; found "
            + found
            + ". Keep the model and its data files together, as they were exported.");
  }
}
