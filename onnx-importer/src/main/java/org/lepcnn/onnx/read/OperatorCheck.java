/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx.read;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import java.util.Set;
import java.util.TreeSet;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.onnx.graph.Graph;
import org.lepcnn.onnx.graph.Node;

/** Names the custom operators of a model before ONNX Runtime sees them. */
public final class OperatorCheck {
  /** Domains whose operators ONNX Runtime brings along. */
  private static final Set<String> KNOWN_DOMAINS =
      Set.of(
          "",
          "ai.onnx",
          "ai.onnx.ml",
          "ai.onnx.preview",
          "ai.onnx.preview.training",
          "ai.onnx.training",
          "com.microsoft",
          "com.microsoft.experimental",
          "com.microsoft.nchwc");

  private OperatorCheck() {}

  /**
   * Passes when every operator is of a known domain or a function of the model.
   *
   * @throws BadInputException naming those that are not
   */
  public static void require(Graph graph) {
    Set<String> custom = new TreeSet<>();
    for (Node node : graph.nodes()) {
      collect(graph, node, custom);
    }
    if (!custom.isEmpty()) {
      throw BadInputException.about("Importing the model")
          .expected("operators that ONNX Runtime knows")
          .found(
              "custom ones: " + String.join(", ", custom),
              "Export the model with standard operators.");
    }
  }

  private static void collect(Graph graph, Node node, Set<String> custom) {
    boolean readsFiles = node.op().equals("EPContext");
    if (readsFiles || (!KNOWN_DOMAINS.contains(node.domain()) && !graph.isFunctionCall(node))) {
      custom.add(node.domain() + "::" + node.op());
    }
    for (GraphProto body : node.bodies()) {
      for (NodeProto inner : body.getNodeList()) {
        collect(graph, new Node(inner), custom);
      }
    }
  }
}
