/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx.read;

import ai.onnx.proto.OnnxMl.FunctionProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.SparseTensorProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.onnx.graph.Node;

/**
 * Weights of one graph that have one name, which the format forbids. As in ONNX Runtime, the last of
 * the model's own graph is taken, a sparse one before the others; two sparse ones, and two in a
 * body, are refused.
 *
 * @param model with one initializer of each name
 * @param repeated the names that there were more than one of
 */
record UniqueInitializers(ModelProto model, List<String> repeated) {

  /**
   * Finds them.
   *
   * @throws BadInputException naming the tensor that is there twice
   */
  static UniqueInitializers of(ModelProto model) {
    GraphProto graph = model.getGraph();
    Set<String> sparse = new HashSet<>();
    graph.getSparseInitializerList().forEach(each -> requireNew(sparse, each.getValues()));
    requireInBodies(graph.getNodeList());
    for (FunctionProto function : model.getFunctionsList()) {
      requireInBodies(function.getNodeList());
    }
    return takingTheLast(model, sparse);
  }

  private static UniqueInitializers takingTheLast(ModelProto model, Set<String> sparse) {
    List<TensorProto> all = model.getGraph().getInitializerList();
    Map<String, TensorProto> last = new HashMap<>();
    Set<String> repeated = new TreeSet<>();
    for (TensorProto tensor : all) {
      String name = tensor.getName();
      if (last.put(name, tensor) != null || sparse.contains(name)) {
        repeated.add(name);
      }
    }
    if (repeated.isEmpty()) {
      return new UniqueInitializers(model, List.of());
    }
    ModelProto.Builder unique = model.toBuilder();
    unique.getGraphBuilder().clearInitializer();
    for (TensorProto tensor : all) {
      if (last.get(tensor.getName()) == tensor && !sparse.contains(tensor.getName())) {
        unique.getGraphBuilder().addInitializer(tensor);
      }
    }
    return new UniqueInitializers(unique.build(), List.copyOf(repeated));
  }

  private static void requireInBodies(List<NodeProto> nodes) {
    for (NodeProto node : nodes) {
      new Node(node).bodies().forEach(UniqueInitializers::require);
    }
  }

  private static void require(GraphProto body) {
    Set<String> names = new HashSet<>();
    body.getInitializerList().forEach(tensor -> requireNew(names, tensor));
    for (SparseTensorProto sparse : body.getSparseInitializerList()) {
      requireNew(names, sparse.getValues());
    }
    requireInBodies(body.getNodeList());
  }

  private static void requireNew(Set<String> names, TensorProto tensor) {
    if (!names.add(tensor.getName())) {
      throw BadInputException.about("Reading the model")
          .expected("one initializer of each name")
          .found(
              "a second one of the name " + tensor.getName(),
              "Export the model again, or remove one of them.");
    }
  }
}
