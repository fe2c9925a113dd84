/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx.read;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.lepcnn.onnx.graph.DeviceNodes;
import org.lepcnn.onnx.graph.Graph;
import org.lepcnn.onnx.graph.Node;

/**
 * Makes the standard QLinearConv of {@code com.microsoft.QLinearConv}, which ONNX Runtime's own
 * tools write with the channels last: the same convolution between two transpositions. These move
 * integers and change none. Convolutions that follow one another, or read the same, share them.
 */
public final class ChannelsLast {
  private static final int OPSET_OF_CONVOLUTION = 10;
  private static final int WEIGHTS = 3;

  private final Graph graph;
  private final List<Node> nodes = new ArrayList<>();

  /** Values with the channels first, by the names that they have with the channels last. */
  private final Map<String, String> channelsFirst = new HashMap<>();

  private ChannelsLast(Graph graph) {
    this.graph = graph;
  }

  /**
   * Rewrites a graph. Convolutions whose weights are not constant stay as they are: nothing tells
   * their rank.
   */
  public static void rewrite(Graph graph) {
    if (graph.opset() >= OPSET_OF_CONVOLUTION
        && graph.nodes().stream().anyMatch(ChannelsLast::isConvolution)) {
      ChannelsLast rewriting = new ChannelsLast(graph);
      graph.nodes().forEach(rewriting::add);
      graph.setNodes(rewriting.nodes);
      graph.removeDeadNodes();
    }
  }

  private static boolean isConvolution(Node node) {
    return node.domain().equals("com.microsoft") && node.op().equals("QLinearConv");
  }

  private void add(Node node) {
    TensorProto weights = graph.constants().get(node.input(WEIGHTS));
    if (!isConvolution(node) || weights == null || weights.getDimsCount() < WEIGHTS) {
      nodes.add(node);
    } else if (node.integer("channels_last", 0) == 0) {
      nodes.add(standard(node, node.input(0), node.output()));
    } else {
      int rank = weights.getDimsCount();
      String input = withChannelsFirst(node.input(0), rank);
      String output = graph.freshName(node.output() + "_channels_first");
      nodes.add(standard(node, input, output));
      nodes.add(DeviceNodes.transpose(node.output(), output, channelsTo(rank - 1, rank)));
      channelsFirst.put(node.output(), output);
    }
  }

  private String withChannelsFirst(String value, int rank) {
    return channelsFirst.computeIfAbsent(
        value,
        last -> {
          String first = graph.freshName(last + "_channels_first");
          nodes.add(DeviceNodes.transpose(first, last, channelsTo(1, rank)));
          return first;
        });
  }

  /** The order of axes that moves the channels to one end behind the batch from the other. */
  private static int[] channelsTo(int axis, int rank) {
    int[] axes = new int[rank];
    for (int i = 1; i < rank; i++) {
      int shifted = axis == 1 ? i - 1 : i + 1;
      axes[i] = i == axis ? rank - axis : shifted;
    }
    return axes;
  }

  private static Node standard(Node node, String input, String output) {
    NodeProto.Builder convolution =
        node.proto().toBuilder().clearDomain().setInput(0, input).setOutput(0, output);
    convolution.clearAttribute();
    for (AttributeProto attribute : node.proto().getAttributeList()) {
      if (!attribute.getName().equals("channels_last")) {
        convolution.addAttribute(attribute);
      }
    }
    return new Node(convolution.build());
  }
}
