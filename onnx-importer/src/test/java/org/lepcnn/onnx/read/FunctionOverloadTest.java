/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx.read;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnx.proto.OnnxMl.FunctionProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.lepcnn.onnx.OnnxModels;
import org.lepcnn.onnx.graph.Graph;
import org.lepcnn.onnx.graph.Node;

/** Functions of one domain and name that differ in their overload, as IR version 10 has them. */
class FunctionOverloadTest {
  private static final int OPSET = 13;

  @Test
  void call_isReplacedByTheOverloadThatItNames() {
    ModelProto inlined = FunctionInlining.inline(model(OPSET).build());
    assertThat(inlined.getFunctionsCount()).isZero();
    assertThat(operators(inlined)).containsExactly("Neg", "Abs");
  }

  @Test
  void overloadForAnotherOperatorSet_staysACall_alone() {
    ModelProto inlined = FunctionInlining.inline(model(OPSET - 1).build());
    assertThat(inlined.getFunctionsList().stream().map(FunctionProto::getOverload))
        .containsExactly("two");
    assertThat(operators(inlined)).containsExactly("Neg", "Own");
    Graph graph = new Graph(inlined);
    assertThat(graph.isFunctionCall(graph.nodes().get(1))).isTrue();
    NodeProto other = graph.nodes().get(1).proto().toBuilder().setOverload("three").build();
    assertThat(graph.isFunctionCall(new Node(other))).isFalse();
  }

  private static List<String> operators(ModelProto model) {
    return model.getGraph().getNodeList().stream().map(NodeProto::getOpType).toList();
  }

  private static ModelProto.Builder model(int opsetOfTwo) {
    OnnxModels model = new OnnxModels(1).ir(10).input("x", 3);
    model.graph().addNode(call("x", "h", "one")).addNode(call("h", "y", "two"));
    ModelProto built = model.output("y").build();
    return built.toBuilder()
        .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("own").setVersion(1))
        .addFunctions(function("one", "Neg", OPSET))
        .addFunctions(function("two", "Abs", opsetOfTwo));
  }

  private static NodeProto.Builder call(String input, String output, String overload) {
    return NodeProto.newBuilder()
        .setDomain("own")
        .setOpType("Own")
        .setOverload(overload)
        .addInput(input)
        .addOutput(output);
  }

  private static FunctionProto.Builder function(String overload, String op, int opset) {
    return FunctionProto.newBuilder()
        .setDomain("own")
        .setName("Own")
        .setOverload(overload)
        .addInput("a")
        .addOutput("b")
        .addNode(NodeProto.newBuilder().setOpType(op).addInput("a").addOutput("b"))
        .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("").setVersion(opset));
  }
}
