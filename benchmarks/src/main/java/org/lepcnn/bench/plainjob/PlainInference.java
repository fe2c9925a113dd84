/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.bench.plainjob;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RichFlatMapFunction;
import org.apache.flink.util.Collector;
import org.lepcnn.core.onnxruntime.OnnxSessions;
import org.lepcnn.core.onnxruntime.QuietOnnxRuntime;
import org.lepcnn.flink.record.OutgoingRecord;

/**
 * The whole network by ONNX Runtime, one thread a subtask: a request record becomes its result
 * record, for the same topic and key.
 */
final class PlainInference extends RichFlatMapFunction<OutgoingRecord, OutgoingRecord> {
  private static final long serialVersionUID = 1L;

  private final String onnx;
  private final List<PlainInput> inputs;
  private transient Network network;

  /**
   * @param onnx the network's file, readable by the process of the job
   */
  PlainInference(String onnx, List<PlainInput> inputs) {
    this.onnx = onnx;
    this.inputs = new ArrayList<>(inputs);
  }

  @Override
  public void open(OpenContext context) throws OrtException {
    network = new Network(onnx, inputs);
  }

  @Override
  public void flatMap(OutgoingRecord request, Collector<OutgoingRecord> results)
      throws OrtException {
    PlainRecord record = PlainRecord.decode(request.value());
    results.collect(new OutgoingRecord(request.topic(), request.key(), network.run(record)));
  }

  @Override
  public void close() throws OrtException {
    if (network != null) {
      network.close();
    }
  }

  /** Native types stay out of the operator's fields. */
  private static final class Network implements AutoCloseable {
    private final OrtSession session;
    private final Map<String, OnnxTensor> tensors = new java.util.LinkedHashMap<>();
    private final List<FloatBuffer> buffers = new ArrayList<>();

    Network(String onnx, List<PlainInput> inputs) throws OrtException {
      session =
          OnnxSessions.open(
              Path.of(onnx),
              options -> {
                options.setIntraOpNumThreads(1);
                options.setInterOpNumThreads(1);
              });
      for (PlainInput input : inputs) {
        FloatBuffer buffer =
            ByteBuffer.allocateDirect(Math.multiplyExact(input.elements(), Float.BYTES))
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer();
        buffers.add(buffer);
        tensors.put(
            input.name(),
            OnnxTensor.createTensor(QuietOnnxRuntime.environment(), buffer, input.dimensions()));
      }
    }

    byte[] run(PlainRecord record) throws OrtException {
      FloatBuffer values = record.values();
      for (FloatBuffer buffer : buffers) {
        buffer.clear().put(values.duplicate().limit(values.position() + buffer.capacity()));
        buffer.rewind();
        values.position(values.position() + buffer.capacity());
      }
      try (OrtSession.Result result = session.run(tensors)) {
        List<FloatBuffer> outputs = new ArrayList<>();
        for (Map.Entry<String, OnnxValue> output : result) {
          outputs.add(((OnnxTensor) output.getValue()).getFloatBuffer());
        }
        return PlainRecord.encode(
            record.device(), record.call(), outputs.toArray(FloatBuffer[]::new));
      }
    }

    @Override
    public void close() throws OrtException {
      tensors.values().forEach(OnnxTensor::close);
      session.close();
    }
  }
}
