/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx;

import static org.lepcnn.onnx.OnnxModels.dims;
import static org.lepcnn.onnx.OnnxModels.integer;
import static org.lepcnn.onnx.OnnxModels.ints;
import static org.lepcnn.onnx.OnnxModels.text;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import java.util.ArrayList;
import java.util.List;

/**
 * Models that are whole and mean harm: attributes of zero where something is divided by them,
 * indices out of bounds, sizes without measure, depth without end.
 */
final class HostileModels {
  private static final long HUGE = 1L << 40;

  private final List<ModelProto> models = new ArrayList<>();

  private HostileModels() {}

  static List<ModelProto> models() {
    HostileModels hostile = new HostileModels();
    hostile.convolutionsWithoutSense();
    hostile.poolsWithoutSense();
    hostile.divisions();
    hostile.sizesWithoutMeasure();
    hostile.indicesOutOfBounds();
    hostile.growth();
    hostile.depth();
    return hostile.models;
  }

  private static OnnxModels image() {
    return new OnnxModels(1).opset(17).input("x", 1, 2, 6, 6);
  }

  private static OnnxModels vector() {
    return new OnnxModels(2).opset(17).input("x", 8);
  }

  private void add(OnnxModels model) {
    models.add(model.output("y").build());
  }

  private void convolutionsWithoutSense() {
    for (AttributeProto attribute :
        List.of(
            integer("group", 0),
            integer("group", -1),
            integer("group", HUGE),
            ints("strides", 0, 0),
            ints("strides", -1, -1),
            ints("dilations", 0, 0),
            ints("dilations", HUGE, HUGE),
            ints("pads", -9, -9, -9, -9),
            ints("pads", HUGE, HUGE, HUGE, HUGE),
            ints("kernel_shape", 0, 0),
            ints("strides"),
            text("auto_pad", "SIDEWAYS"))) {
      for (String op : List.of("Conv", "ConvTranspose")) {
        OnnxModels model = image();
        model.node(op, "y", "x " + model.weights(0, 2, 2, 3, 3), attribute);
        add(model);
      }
    }
    OnnxModels transposed = image();
    transposed.node(
        "ConvTranspose",
        "y",
        "x " + transposed.weights(0, 2, 2, 3, 3),
        ints("output_shape", HUGE, HUGE));
    add(transposed);
  }

  private void poolsWithoutSense() {
    for (AttributeProto attribute :
        List.of(
            ints("strides", 0, 0),
            ints("dilations", 0, 0),
            ints("pads", 99, 99, 99, 99),
            ints("pads", -1, -1, -1, -1))) {
      for (String op : List.of("MaxPool", "AveragePool", "LpPool")) {
        OnnxModels model = image();
        model.node(op, "y", "x", ints("kernel_shape", 2, 2), attribute);
        add(model);
      }
    }
    for (long kernel : new long[] {0, -1, HUGE}) {
      OnnxModels model = image();
      model.node("MaxPool", "y", "x", ints("kernel_shape", kernel, kernel));
      add(model);
    }
  }

  private void divisions() {
    for (String op : List.of("Div", "Mod")) {
      for (long divisor : new long[] {0, -1}) {
        OnnxModels constant = vector();
        constant.node(
            op, "q", constant.integers(Long.MIN_VALUE) + " " + constant.integers(divisor));
        constant.node("Cast", "f", "q", integer("to", 1));
        constant.node("Add", "y", "x f");
        add(constant);
        OnnxModels computed = vector();
        computed.node("Cast", "n", "x", integer("to", 7));
        computed.node(op, "y", "n " + computed.integers(divisor));
        add(computed);
      }
    }
    OnnxModels split = vector();
    split.node("Split", "y", "x " + split.integers(0));
    add(split);
    OnnxModels blocks = image();
    blocks.node("SpaceToDepth", "y", "x", integer("blocksize", 0));
    add(blocks);
    OnnxModels depths = image();
    depths.node("DepthToSpace", "y", "x", integer("blocksize", 0));
    add(depths);
    OnnxModels range = vector();
    range.node("Range", "r", scalars(range, 0) + " " + scalars(range, 5) + " " + scalars(range, 0));
    range.node("Cast", "y", "r", integer("to", 1));
    add(range);
  }

  private static String scalars(OnnxModels model, long value) {
    String name = "s" + model.graph().getInitializerCount();
    model
        .graph()
        .addInitializer(TensorProto.newBuilder().setName(name).setDataType(7).addInt64Data(value));
    return name;
  }

  private void sizesWithoutMeasure() {
    OnnxModels tile = vector();
    tile.node("Tile", "y", "x " + tile.integers(HUGE));
    add(tile);
    OnnxModels expand = vector();
    expand.node("Expand", "y", "x " + expand.integers(HUGE, 8));
    add(expand);
    OnnxModels pad = vector();
    pad.node("Pad", "y", "x " + pad.integers(HUGE, HUGE));
    add(pad);
    OnnxModels crop = vector();
    crop.node("Pad", "y", "x " + crop.integers(-9, -9));
    add(crop);
    OnnxModels resize = image();
    resize.node("Resize", "y", "x  " + " " + resize.constant(new float[] {1, 1, 1e9f, 1e9f}, 4));
    add(resize);
    OnnxModels nan = image();
    nan.node("Resize", "y", "x  " + " " + nan.constant(new float[] {1, 1, Float.NaN, -1}, 4));
    add(nan);
    OnnxModels filled = vector();
    filled.node("Shape", "s", "x");
    filled.node("Mul", "t", "s " + filled.integers(HUGE));
    filled.node("ConstantOfShape", "y", "t");
    add(filled);
    OnnxModels range = vector();
    range.node(
        "Range", "r", scalars(range, 0) + " " + scalars(range, HUGE) + " " + scalars(range, 1));
    range.node("ReduceSum", "y", "r");
    add(range);
    OnnxModels onehot = vector();
    onehot.node("Cast", "n", "x", integer("to", 7));
    onehot.node(
        "OneHot", "y", "n " + scalars(onehot, HUGE) + " " + onehot.constant(new float[] {0, 1}, 2));
    add(onehot);
    OnnxModels random = vector();
    random.node("RandomNormal", "r", "", ints("shape", HUGE, HUGE));
    random.node("ReduceSum", "y", "r");
    add(random);
    OnnxModels window = vector();
    window.node("HannWindow", "y", scalars(window, HUGE));
    add(window);
    OnnxModels reshape = vector();
    reshape.node("Reshape", "y", "x " + reshape.integers(Long.MIN_VALUE, -1, 0));
    add(reshape);
    OnnxModels overflow = vector();
    overflow.node("Reshape", "y", "x " + overflow.integers(1L << 62, 1L << 62, 8));
    add(overflow);
  }

  private void indicesOutOfBounds() {
    for (long index : new long[] {99, -99, Long.MIN_VALUE, Long.MAX_VALUE}) {
      OnnxModels gather = vector();
      gather.node("Gather", "y", "x " + gather.integers(index));
      add(gather);
      OnnxModels elements = vector();
      elements.node("GatherElements", "y", "x " + elements.integers(index));
      add(elements);
      OnnxModels nd = vector();
      nd.node("ScatterElements", "y", "x " + nd.integers(index) + " " + nd.vector(1, 0, 1));
      add(nd);
      OnnxModels axis = vector();
      axis.node("Concat", "y", "x x", integer("axis", index));
      add(axis);
      OnnxModels topk = vector();
      topk.node("TopK", "y", "x " + topk.integers(index));
      topk.graph().getNodeBuilder(0).addOutput("i");
      add(topk);
      OnnxModels slice = vector();
      slice.node(
          "Slice",
          "y",
          "x "
              + slice.integers(Long.MAX_VALUE)
              + " "
              + slice.integers(Long.MIN_VALUE)
              + " "
              + slice.integers(0)
              + " "
              + slice.integers(index));
      add(slice);
      OnnxModels permuted = image();
      permuted.node("Transpose", "y", "x", ints("perm", 0, index, 2, 3));
      add(permuted);
    }
    OnnxModels steps = vector();
    String zero = steps.integers(0);
    steps.node("Slice", "y", "x " + zero + " " + steps.integers(5) + " " + zero + " " + zero);
    add(steps);
    OnnxModels einsum = vector();
    einsum.node("Einsum", "y", "x", text("equation", "ij->ji,k...->"));
    add(einsum);
  }

  /** Loops that keep all they made, or never end. */
  private void growth() {
    for (long trips : new long[] {1_000_000_000L, Long.MAX_VALUE}) {
      OnnxModels model = vector();
      GraphProto.Builder body =
          GraphProto.newBuilder()
              .setName("body")
              .addInput(OnnxModels.value("i", TensorProto.DataType.INT64))
              .addInput(OnnxModels.value("go", TensorProto.DataType.BOOL))
              .addNode(NodeProto.newBuilder().setOpType("Identity").addInput("go").addOutput("on"))
              .addNode(NodeProto.newBuilder().setOpType("Sin").addInput("x").addOutput("kept"))
              .addOutput(OnnxModels.value("on", TensorProto.DataType.BOOL))
              .addOutput(OnnxModels.value("kept", TensorProto.DataType.FLOAT, 8));
      model
          .graph()
          .addInitializer(TensorProto.newBuilder().setName("true").setDataType(9).addInt32Data(1));
      model.node("Loop", "y", scalars(model, trips) + " true", OnnxModels.body("body", body));
      add(model);
    }
    OnnxModels doubling = vector();
    String last = "x";
    for (int i = 0; i < 60; i++) {
      last = doubling.node("Concat", "d" + i, last + " " + last, integer("axis", 0));
    }
    doubling.node("Relu", "y", last);
    add(doubling);
  }

  private void depth() {
    OnnxModels chain = vector();
    String last = "x";
    for (int i = 0; i < 3_000; i++) {
      last = chain.node("Relu", "c" + i, last);
    }
    chain.node("Relu", "y", last);
    add(chain);
    OnnxModels nested = vector();
    nested
        .graph()
        .addInitializer(TensorProto.newBuilder().setName("true").setDataType(9).addInt32Data(1));
    GraphProto.Builder body = leaf();
    for (int i = 0; i < 25; i++) {
      NodeProto branch =
          NodeProto.newBuilder()
              .setOpType("If")
              .addInput("true")
              .addOutput("b" + i)
              .addAttribute(OnnxModels.body("then_branch", body))
              .addAttribute(OnnxModels.body("else_branch", leaf()))
              .build();
      body =
          GraphProto.newBuilder()
              .setName("g" + i)
              .addNode(branch)
              .addOutput(OnnxModels.value("b" + i, TensorProto.DataType.FLOAT, 8));
    }
    nested.node(
        "If",
        "y",
        "true",
        OnnxModels.body("then_branch", body),
        OnnxModels.body("else_branch", leaf()));
    add(nested);
    OnnxModels wide = new OnnxModels(3).input("x", dims(1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 8));
    wide.node("Transpose", "y", "x");
    add(wide);
  }

  private static GraphProto.Builder leaf() {
    return GraphProto.newBuilder()
        .setName("leaf")
        .addNode(NodeProto.newBuilder().setOpType("Relu").addInput("x").addOutput("leaf"))
        .addOutput(OnnxModels.value("leaf", TensorProto.DataType.FLOAT, 8));
  }
}
