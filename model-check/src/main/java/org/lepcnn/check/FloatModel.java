/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.check;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import ai.onnxruntime.platform.Fp16Conversions;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.onnxruntime.OnnxFailure;
import org.lepcnn.core.onnxruntime.OnnxSessions;
import org.lepcnn.core.onnxruntime.QuietOnnxRuntime;
import org.lepcnn.device.stage.HostTensor;
import org.lepcnn.onnx.ModelImporter;

/** The original model in float, by ONNX Runtime: what the private answers are compared with. */
public final class FloatModel implements AutoCloseable {
  private final OrtEnvironment environment = QuietOnnxRuntime.environment();
  private final OrtSession session;

  public FloatModel(Path onnx) {
    this(onnx, ModelImporter.original(onnx));
  }

  /**
   * @param onnx names the model in errors
   * @param model what to load, serialized
   */
  public FloatModel(Path onnx, byte[] model) {
    try {
      this.session =
          OnnxSessions.open("Loading " + onnx, model, options -> options.setIntraOpNumThreads(1));
    } catch (OrtException e) {
      throw new BadInputException("Loading " + onnx + " in ONNX Runtime: " + e.getMessage(), e);
    }
  }

  /** Runs the model; its outputs by name, widened as {@link HostTensor} has them. */
  public Map<String, HostTensor> run(Map<String, HostTensor> inputs) {
    Map<String, OnnxTensor> tensors = new LinkedHashMap<>();
    try {
      for (Map.Entry<String, HostTensor> input : inputs.entrySet()) {
        tensors.put(input.getKey(), toOnnx(input.getValue(), halfType(input.getKey())));
      }
      try (OrtSession.Result result = session.run(tensors)) {
        Map<String, HostTensor> outputs = new LinkedHashMap<>();
        for (String name : session.getOutputNames()) {
          Optional<OnnxValue> value = result.get(name);
          if (value.isPresent() && value.get() instanceof OnnxTensor tensor) {
            outputs.put(name, HostTensor.copyOf(tensor));
          }
        }
        return outputs;
      }
    } catch (OrtException e) {
      // without its text and without the cause: they quote elements of tensors
      throw BadInputException.about("Running the float model")
          .expected("inputs that it can work on")
          .found(OnnxFailure.describe(e));
    } finally {
      tensors.values().forEach(OnnxTensor::close);
    }
  }

  @Override
  public void close() {
    try {
      session.close();
    } catch (OrtException e) {
      throw new IllegalStateException("Releasing the float model", e);
    }
  }

  /** The half-precision type that an input of the original has, which is imported as float32. */
  private OnnxJavaType halfType(String input) throws OrtException {
    NodeInfo node = session.getInputInfo().get(input);
    return node != null && node.getInfo() instanceof TensorInfo tensor && isHalf(tensor)
        ? tensor.type
        : null;
  }

  private OnnxTensor toOnnx(HostTensor tensor, OnnxJavaType halfType) throws OrtException {
    if (halfType != null && tensor.array() instanceof float[] values) {
      FloatBuffer floats = FloatBuffer.wrap(values);
      boolean brain = halfType == OnnxJavaType.BFLOAT16;
      return OnnxTensor.createTensor(
          environment,
          brain
              ? Fp16Conversions.convertFloatBufferToBf16Buffer(floats)
              : Fp16Conversions.convertFloatBufferToFp16Buffer(floats),
          tensor.shape(),
          halfType);
    }
    return tensor.toOnnx(environment);
  }

  private static boolean isHalf(TensorInfo tensor) {
    return tensor.type == OnnxJavaType.FLOAT16 || tensor.type == OnnxJavaType.BFLOAT16;
  }
}
