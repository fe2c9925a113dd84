/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx.work;

import static org.assertj.core.api.Assertions.assertThat;
import static org.lepcnn.onnx.OnnxModels.body;
import static org.lepcnn.onnx.OnnxModels.dims;
import static org.lepcnn.onnx.OnnxModels.integer;
import static org.lepcnn.onnx.OnnxModels.value;

import ai.onnx.proto.OnnxMl.FunctionProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lepcnn.onnx.ImportOptions;
import org.lepcnn.onnx.ImportReport;
import org.lepcnn.onnx.ImportTrial;
import org.lepcnn.onnx.ModelImporter;
import org.lepcnn.onnx.OnnxModels;
import org.lepcnn.onnx.PreparedImport;
import org.lepcnn.onnx.plan.OffloadPolicy;
import org.lepcnn.onnx.plan.Precision;

class InnerWorkTest {
  @TempDir Path folder;
  private final OnnxModels model = new OnnxModels(3);
  private String square;
  private String wide;
  private String narrow;

  @BeforeEach
  void input() {
    model.input("x", dims(4, 6));
    square = model.weights(1, 6, 6);
    wide = model.weights(1, 6, 30);
    narrow = model.weights(1, 30, 6);
  }

  @Test
  void ofBranches_theOneThatMultipliesMoreCounts() {
    model.input("c", DataType.BOOL, 1);
    GraphProto.Builder two = graph(matMul("x", wide, "t"), matMul("t", narrow, "two"));
    GraphProto.Builder one = graph(matMul("x", square, "one"));
    model.node(
        "If",
        "y",
        "c",
        body("then_branch", output(one, "one")),
        body("else_branch", output(two, "two")));

    ImportReport report = report();

    assertThat(report.totalMacs()).isEqualTo(2 * 4 * 6 * 30);
    assertThat(report.layers())
        .extracting(ImportReport.Layer::macs)
        .containsExactlyInAnyOrder(0L, 720L, 720L);
    assertThat(report.layers())
        .anySatisfy(
            layer -> assertThat(layer.reason()).contains("inside the branch", "multiplies less"));
  }

  @Test
  void aLoopWithAConstantCount_countsAsOften() {
    loop(model.integers(1_000));

    ImportReport report = report();

    assertThat(report.totalMacs()).isEqualTo(1_000 * 4 * 6 * 6);
    assertThat(report.layers())
        .singleElement()
        .satisfies(layer -> assertThat(layer.reason()).contains("body of Loop", ", 1000 times"));
  }

  @Test
  void aLoopThatNobodyCounts_countsOnceAndSaysSo() {
    model.input("n", DataType.INT64, 1);
    loop("n");

    ImportReport report = report();

    assertThat(report.totalMacs()).isEqualTo(4 * 6 * 6);
    assertThat(report.layers())
        .singleElement()
        .satisfies(layer -> assertThat(layer.reason()).contains("counted once", "not known"));
  }

  @Test
  void aScan_countsOnceForEverySlice() {
    GraphProto.Builder body = graph(matMul("row", square, "product"));
    body.addInput(value("row", DataType.FLOAT, 6));
    model.node(
        "Scan", "y", "x", integer("num_scan_inputs", 1), body("body", output(body, "product")));

    assertThat(report().totalMacs()).isEqualTo(4 * 6 * 6);
    assertThat(report().layers())
        .singleElement()
        .satisfies(layer -> assertThat(layer.reason()).contains("body of Scan", ", 4 times"));
  }

  @Test
  void aFunctionForAnotherOperatorSet_isCountedAtEveryCallWithAnAdvice() {
    model
        .model()
        .addFunctions(
            FunctionProto.newBuilder()
                .setName("twice")
                .setDomain("own")
                .addInput("a")
                .addInput("w")
                .addOutput("b")
                .addOpsetImport(opset("", 12))
                .addNode(matMul("a", "w", "m"))
                .addNode(matMul("m", "w", "b")));
    model.model().addOpsetImport(opset("own", 1));
    model.graph().addNode(call("x", "t")).addNode(call("t", "y"));

    assertThat(report().totalMacs()).isEqualTo(4 * 4 * 6 * 6);
    assertThat(prepared().notes())
        .anySatisfy(
            note ->
                assertThat(note)
                    .startsWith("4 layers stay on the device")
                    .contains("operator set"));
  }

  @Test
  void aBodyWithinABody_countsBothTimes() {
    GraphProto.Builder inner = graph(matMul("state", square, "next"));
    loopInputs(inner, "state");
    GraphProto.Builder outer =
        graph(
            NodeProto.newBuilder()
                .setOpType("Loop")
                .addInput("three")
                .addInput("")
                .addInput("outer")
                .addOutput("after")
                .addAttribute(body("body", output(output(inner, "go"), "next")))
                .build());
    outer.addInitializer(
        TensorProto.newBuilder()
            .setName("three")
            .setDataType(DataType.INT64_VALUE)
            .addInt64Data(3));
    loopInputs(outer, "outer");
    model.node(
        "Loop",
        "y",
        model.integers(500) + "  x",
        body("body", output(output(outer, "go_outer"), "after")));

    assertThat(report().totalMacs()).isEqualTo(1_500 * 4 * 6 * 6);
  }

  @Test
  void controlFlowThatAnInputDecides_isAdvisedToBeBound_atEveryDepth() {
    model.input("rate", DataType.INT64).input("n", DataType.INT64);
    model.graph().addInitializer(scalar("sixteen", 16));
    model.node("Equal", "fast", "rate sixteen");
    GraphProto.Builder body = graph(either("fast", "state", "next"));
    loopInputs(body, "state");
    model.node("Loop", "y", "n  x", body("body", output(output(body, "go"), "next")));

    assertAdvised("Bind what decides the control flow around: --input n=VALUE --input rate=VALUE.");
    assertThat(ImportReport.of(prepared("n=2", "rate=16").bundle(Precision.FAST)).layers())
        .allSatisfy(layer -> assertThat(layer.reason()).doesNotContain("inside"));
  }

  @Test
  void controlFlowThatAnInputDecides_withinOneThatDataDecide_isNot() {
    model.input("rate", DataType.INT64);
    model.graph().addInitializer(scalar("sixteen", 16));
    model.node("Equal", "fast", "rate sixteen");
    model.node("ReduceSum", "sum", "x", integer("keepdims", 0));
    model.node("Greater", "large", "sum " + model.number(0));
    GraphProto.Builder inner = graph(either("fast", "x", "chosen"));
    GraphProto.Builder other = graph(matMul("x", square, "one"));
    model.node(
        "If",
        "y",
        "large",
        body("then_branch", output(inner, "chosen")),
        body("else_branch", output(other, "one")));
    model.output("y");

    assertThat(prepared().notes()).noneMatch(note -> note.contains("--input"));
  }

  @Test
  void aBranchThatAnInputDecides_isAdvisedToBeBound() {
    model.input("rate", DataType.INT64);
    model.graph().addInitializer(scalar("sixteen", 16));
    model.node("Equal", "fast", "rate sixteen");
    model.graph().addNode(either("fast", "x", "y"));

    assertAdvised("Bind what decides the control flow around: --input rate=VALUE.");
  }

  private void assertAdvised(String advice) {
    model.output("y");
    assertThat(prepared().notes()).anySatisfy(note -> assertThat(note).endsWith(advice));
  }

  private NodeProto either(String condition, String input, String output) {
    GraphProto.Builder one = graph(matMul(input, square, output + "One"));
    GraphProto.Builder two =
        graph(
            matMul(input, square, output + "Half"),
            matMul(output + "Half", square, output + "Two"));
    return NodeProto.newBuilder()
        .setOpType("If")
        .addInput(condition)
        .addOutput(output)
        .addAttribute(body("then_branch", output(one, output + "One")))
        .addAttribute(body("else_branch", output(two, output + "Two")))
        .build();
  }

  private static TensorProto scalar(String name, long value) {
    return TensorProto.newBuilder()
        .setName(name)
        .setDataType(DataType.INT64_VALUE)
        .addInt64Data(value)
        .build();
  }

  @Test
  void aShapeThatIsNotKnown_isSaidAndMakesTheShareAnUpperBound() {
    // the loop's state grows from an empty sequence, which is no tensor
    GraphProto.Builder body =
        graph(
            matMul("x", square, "product"),
            NodeProto.newBuilder()
                .setOpType("SequenceInsert")
                .addInput("sequence")
                .addInput("product")
                .addOutput("longer")
                .build());
    body.addInput(value("i", DataType.INT64)).addInput(value("go_in", DataType.BOOL));
    body.addInput(ValueInfoProto.newBuilder().setName("sequence"));
    body.addNode(NodeProto.newBuilder().setOpType("Identity").addInput("go_in").addOutput("go"));
    model.node("SequenceEmpty", "empty", "");
    model.node(
        "Loop",
        "all",
        model.integers(2) + "  empty",
        body("body", output(output(body, "go"), "longer")));
    model.node("ConcatFromSequence", "y", "all", integer("axis", 0));
    model.node("MatMul", "z", "x " + model.weights(1, 6, 40));
    model.output("z");

    ImportReport report = report();

    assertThat(report.uncountedLayers()).isEqualTo(1);
    assertThat(report.table())
        .contains("not known", "960 of at least 960 multiplications offloaded (at most 100.00 %)");
  }

  @Test
  void importInATrial_countsTheSame() {
    loop(model.integers(1_000));
    model.output("y");
    Path file = model.write(folder);

    ImportReport tried = ImportReport.of(ImportTrial.importModel(file, ImportOptions.defaults()));

    assertThat(tried)
        .isEqualTo(ImportReport.of(ModelImporter.importModel(file, ImportOptions.defaults())));
    assertThat(tried.totalMacs()).isEqualTo(144_000);
  }

  private void loop(String count) {
    GraphProto.Builder body = graph(matMul("state", square, "next"));
    loopInputs(body, "state");
    model.node("Loop", "y", count + "  x", body("body", output(output(body, "go"), "next")));
  }

  /** The iteration, the condition, which stays as it is, and a state. */
  private static void loopInputs(GraphProto.Builder body, String state) {
    String suffix = state.equals("outer") ? "_outer" : "";
    body.addInput(value("i" + suffix, DataType.INT64))
        .addInput(value("go_in" + suffix, DataType.BOOL));
    body.addInput(value(state, DataType.FLOAT, 4, 6));
    body.addNode(
        NodeProto.newBuilder()
            .setOpType("Identity")
            .addInput("go_in" + suffix)
            .addOutput("go" + suffix));
  }

  private static GraphProto.Builder graph(NodeProto... nodes) {
    return GraphProto.newBuilder().setName("body").addAllNode(List.of(nodes));
  }

  private static GraphProto.Builder output(GraphProto.Builder body, String name) {
    return body.addOutput(ValueInfoProto.newBuilder().setName(name));
  }

  private static NodeProto matMul(String a, String b, String y) {
    return NodeProto.newBuilder().setOpType("MatMul").addInput(a).addInput(b).addOutput(y).build();
  }

  private NodeProto call(String input, String output) {
    return NodeProto.newBuilder()
        .setDomain("own")
        .setOpType("twice")
        .addInput(input)
        .addInput(square)
        .addOutput(output)
        .build();
  }

  private static OperatorSetIdProto opset(String domain, long version) {
    return OperatorSetIdProto.newBuilder().setDomain(domain).setVersion(version).build();
  }

  private ImportReport report() {
    return ImportReport.of(prepared().bundle(Precision.FAST));
  }

  private PreparedImport prepared(String... bound) {
    if (model.graph().getOutputList().stream().noneMatch(each -> each.getName().equals("y"))) {
      model.output("y");
    }
    ImportOptions options = ImportOptions.defaults().withOffload(OffloadPolicy.ALL);
    for (String input : bound) {
      options = options.withInput(input);
    }
    return ModelImporter.prepare(model.write(folder), options);
  }
}
