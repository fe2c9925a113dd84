/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx.run;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import org.lepcnn.onnx.graph.Node;

/** Makes models out of parts of a model. */
public final class SubModels {
  /** From this IR version on an initializer need not be an input, and is constant if it is not. */
  private static final long FIRST_IR_WITH_CONSTANT_INITIALIZERS = 4;

  private SubModels() {}

  /** A node that errors can name: one without a name gets that of its first output. */
  static NodeProto named(Node node) {
    return node.proto().getName().isEmpty()
        ? node.proto().toBuilder().setName(node.name()).build()
        : node.proto();
  }

  /** A model with the operator sets and functions of {@code origin}. */
  public static ModelProto wrap(ModelProto origin, GraphProto.Builder graph) {
    return ModelProto.newBuilder()
        .setIrVersion(Math.max(origin.getIrVersion(), FIRST_IR_WITH_CONSTANT_INITIALIZERS))
        .addAllOpsetImport(origin.getOpsetImportList())
        .addAllFunctions(origin.getFunctionsList())
        .setProducerName("lepcnn")
        .setGraph(graph)
        .build();
  }
}
