/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx.read;

import ai.onnx.proto.OnnxMl.FunctionProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.SparseTensorProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.onnx.graph.Node;

/**
 * Refuses models in which two weights of one graph have one name. The format forbids it, and no
 * reader's choice can be followed: ONNX Runtime takes, without a word, the last one of less than
 * 128 bytes but the first one of more, and other readers may take the other.
 */
final class UniqueInitializers {
  private UniqueInitializers() {}

  /**
   * Passes when every name stands for one tensor, in the graph and in all bodies.
   *
   * @throws BadInputException naming the tensor that is there twice
   */
  static void require(ModelProto model) {
    require(model.getGraph());
    for (FunctionProto function : model.getFunctionsList()) {
      requireInBodies(function.getNodeList());
    }
  }

  private static void require(GraphProto graph) {
    Set<String> names = new HashSet<>();
    for (TensorProto tensor : graph.getInitializerList()) {
      requireNew(names, tensor);
    }
    for (SparseTensorProto sparse : graph.getSparseInitializerList()) {
      requireNew(names, sparse.getValues());
    }
    requireInBodies(graph.getNodeList());
  }

  private static void requireInBodies(List<NodeProto> nodes) {
    for (NodeProto node : nodes) {
      new Node(node).bodies().forEach(UniqueInitializers::require);
    }
  }

  private static void requireNew(Set<String> names, TensorProto tensor) {
    if (!names.add(tensor.getName())) {
      throw BadInputException.about("Reading the model")
          .expected("one initializer of each name")
          .found(
              "a second one of the name " + tensor.getName(),
              "The format forbids that, and programs differ in which one they take. Export the model"
                  + " again, or remove one of them.");
    }
  }
}
