/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Set;

/** An ONNX model that also returns values from its inside. */
public final class InstrumentedModel {
  private InstrumentedModel() {}

  /**
   * The model with more outputs, external data included.
   *
   * @param values names; those that no node of the model produces are left out
   * @return the serialized model, for ONNX Runtime
   */
  public static byte[] withOutputs(Path onnx, Set<String> values) {
    ModelProto model = OnnxReader.read(onnx);
    GraphProto graph = model.getGraph();
    Set<String> produced = new HashSet<>();
    for (NodeProto node : graph.getNodeList()) {
      produced.addAll(node.getOutputList());
    }
    Set<String> wanted = new LinkedHashSet<>(values);
    wanted.retainAll(produced);
    graph.getOutputList().forEach(output -> wanted.remove(output.getName()));
    GraphProto.Builder builder = graph.toBuilder();
    // the type and the shape are ONNX Runtime's to infer
    wanted.forEach(name -> builder.addOutput(ValueInfoProto.newBuilder().setName(name)));
    return model.toBuilder().setGraph(builder).build().toByteArray();
  }
}
