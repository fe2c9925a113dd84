/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx.read;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.FunctionProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.onnx.graph.Node;

/**
 * Puts the bodies of a model's own functions in the place of their calls, as PyTorch's dynamo
 * exporter leaves them, so that the layers inside are found. A function that was written for other
 * versions of the operator sets than the model's stays a call.
 *
 * <p>Values inside a call get a prefix of their own. Calls may nest to a depth of {@value
 * #MAX_DEPTH}, and all bodies together have at most {@value #MAX_NODES} nodes: a function that
 * calls itself, or many that double one another, are refused.
 */
public final class FunctionInlining {
  private static final int MAX_DEPTH = 64;
  private static final int MAX_NODES = 200_000;

  private final Map<String, FunctionProto> functions = new HashMap<>();
  private final Map<String, Long> opsets = new HashMap<>();
  private final Set<String> kept = new HashSet<>();
  private final Set<String> open = new HashSet<>();
  private int calls;
  private int nodes;

  private FunctionInlining(ModelProto model) {
    model.getFunctionsList().forEach(each -> functions.put(key(each), each));
    for (OperatorSetIdProto opset : model.getOpsetImportList()) {
      opsets.put(opset.getDomain(), opset.getVersion());
    }
  }

  /**
   * The model with as few function calls as possible.
   *
   * @throws BadInputException when the calls do not end
   */
  public static ModelProto inline(ModelProto model) {
    if (model.getFunctionsCount() == 0) {
      return model;
    }
    FunctionInlining inlining = new FunctionInlining(model);
    ModelProto.Builder builder = model.toBuilder();
    inlining.inline(builder.getGraphBuilder(), 0);
    builder.clearFunctions();
    for (FunctionProto function : model.getFunctionsList()) {
      if (inlining.kept.contains(key(function))) {
        builder.addFunctions(function);
      }
    }
    return builder.build();
  }

  private void inline(GraphProto.Builder graph, int depth) {
    List<NodeProto> result = new ArrayList<>();
    graph.getNodeList().forEach(node -> expand(node, depth, result));
    graph.clearNode().addAllNode(result);
  }

  private void expand(NodeProto node, int depth, List<NodeProto> result) {
    if (depth > MAX_DEPTH || ++nodes > MAX_NODES) {
      throw BadInputException.about("Importing the model")
          .expected(
              "functions that call one another to a depth of %s and have %s nodes together"
                  .formatted(MAX_DEPTH, MAX_NODES))
          .found("more at the call of " + node.getOpType());
    }
    FunctionProto function = functions.get(key(node));
    if (function == null) {
      result.add(withInlinedBodies(node, depth));
    } else if (!sameOperators(function)) {
      keep(function, depth);
      result.add(node);
    } else {
      FunctionCall call = new FunctionCall(function, node, "call" + calls++ + "#");
      call.nodes().forEach(inner -> expand(inner, depth + 1, result));
    }
  }

  private NodeProto withInlinedBodies(NodeProto node, int depth) {
    boolean bodies =
        node.getAttributeList().stream().anyMatch(a -> a.hasG() || a.getGraphsCount() > 0);
    if (!bodies) {
      return node;
    }
    NodeProto.Builder builder = node.toBuilder();
    for (AttributeProto.Builder attribute : builder.getAttributeBuilderList()) {
      if (attribute.hasG()) {
        inline(attribute.getGBuilder(), depth + 1);
      }
      attribute.getGraphsBuilderList().forEach(body -> inline(body, depth + 1));
    }
    return builder.build();
  }

  /** Keeps a function, and those that it calls. */
  private void keep(FunctionProto function, int depth) {
    if (depth > MAX_DEPTH || open.contains(key(function))) {
      throw new BadInputException(
          "Importing the model: the function " + function.getName() + " calls itself.");
    }
    if (kept.add(key(function))) {
      open.add(key(function));
      keepCalled(function.getNodeList(), depth + 1);
      open.remove(key(function));
    }
  }

  private void keepCalled(List<NodeProto> body, int depth) {
    for (NodeProto node : body) {
      FunctionProto called = functions.get(key(node));
      if (called != null) {
        keep(called, depth);
      }
      new Node(node).bodies().forEach(inner -> keepCalled(inner.getNodeList(), depth + 1));
    }
  }

  private boolean sameOperators(FunctionProto function) {
    return function.getOpsetImportList().stream()
        .allMatch(
            opset ->
                isOwn(opset.getDomain())
                    || Long.valueOf(opset.getVersion()).equals(opsets.get(opset.getDomain())));
  }

  private boolean isOwn(String domain) {
    return functions.values().stream().anyMatch(each -> each.getDomain().equals(domain));
  }

  private static String key(FunctionProto function) {
    return key(function.getDomain(), function.getName(), function.getOverload());
  }

  private static String key(NodeProto call) {
    return key(call.getDomain(), call.getOpType(), call.getOverload());
  }

  /** What a call names a function by; of one name there may be several overloads. */
  private static String key(String domain, String name, String overload) {
    return domain + "::" + name + "::" + overload;
  }
}
