/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx;

import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.lepcnn.onnx.graph.Graph;
import org.lepcnn.onnx.graph.Tensors;

/** Models and data that may lie beside the repository. */
final class Testdata {
  private static final Path ROOT =
      Path.of(System.getProperty("lepcnn.testdata", "../../shared/testdata"));

  private Testdata() {}

  /** A path of the test data; skips the test where it is absent. */
  static Path require(String relative) {
    Path path = ROOT.resolve(relative);
    Assumptions.assumeTrue(
        Files.exists(path), () -> "skipped: the test data " + path + " are not here");
    return path;
  }

  static boolean isPresent() {
    return Files.isDirectory(ROOT);
  }

  static List<Path> dataSets(Path folder) throws IOException {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries
          .filter(path -> path.getFileName().toString().startsWith("test_data_set_"))
          .sorted()
          .toList();
    }
  }

  static TensorProto tensor(Path file) throws IOException {
    return TensorProto.parseFrom(Files.readAllBytes(file));
  }

  /** The inputs of a data set by the model's names. */
  static Map<String, OnnxTensor> inputs(Path dataSet, Graph graph)
      throws IOException, OrtException {
    Map<String, OnnxTensor> tensors = new LinkedHashMap<>();
    int index = 0;
    for (ValueInfoProto input : graph.inputs()) {
      Path file = dataSet.resolve("input_" + index++ + ".pb");
      if (Files.exists(file)) {
        tensors.put(input.getName(), load(tensor(file)));
      }
    }
    return tensors;
  }

  static OnnxTensor load(TensorProto tensor) throws OrtException {
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    long[] dims = Tensors.dims(tensor);
    if (Tensors.isFloat(tensor)) {
      return OnnxTensor.createTensor(environment, FloatBuffer.wrap(Tensors.floats(tensor)), dims);
    }
    if (tensor.getDataType() == TensorProto.DataType.INT64_VALUE) {
      return OnnxTensor.createTensor(environment, LongBuffer.wrap(Tensors.longs(tensor)), dims);
    }
    OnnxJavaType type =
        switch (TensorProto.DataType.forNumber(tensor.getDataType())) {
          case UINT8 -> OnnxJavaType.UINT8;
          case INT8 -> OnnxJavaType.INT8;
          case INT32 -> OnnxJavaType.INT32;
          case BOOL -> OnnxJavaType.BOOL;
          case DOUBLE -> OnnxJavaType.DOUBLE;
          default -> throw new IllegalArgumentException("type " + tensor.getDataType());
        };
    if (!tensor.hasRawData()) {
      throw new IllegalArgumentException("expected raw data");
    }
    byte[] raw = tensor.getRawData().toByteArray();
    ByteBuffer data =
        ByteBuffer.allocateDirect(raw.length).order(ByteOrder.nativeOrder()).put(raw).rewind();
    return OnnxTensor.createTensor(environment, data, dims, type);
  }
}
