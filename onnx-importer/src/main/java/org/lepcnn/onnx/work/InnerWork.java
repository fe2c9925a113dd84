/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx.work;

import ai.onnx.proto.OnnxMl.FunctionProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.lepcnn.onnx.graph.Graph;
import org.lepcnn.onnx.graph.Node;
import org.lepcnn.onnx.graph.StayReason;
import org.lepcnn.onnx.graph.Tensors;
import org.lepcnn.onnx.graph.ValueType;
import org.lepcnn.onnx.read.FunctionCall;
import org.lepcnn.onnx.run.InstrumentedRun;
import org.lepcnn.onnx.run.SubModels;

/**
 * The layers inside the bodies of control flow and inside functions that are called. Each such
 * graph runs once by itself on made-up values of the shapes that it is entered with, which tells
 * the shapes inside.
 *
 * <ul>
 *   <li>Of the branches of If the one that multiplies more counts, the other counts nothing.
 *   <li>The body of Loop counts as often as its constant says, that of Scan once for each slice.
 *   <li>Where it is not known how often a body runs it counts once; where a shape inside is not
 *       known, the layer's multiplications are not. Both are said.
 * </ul>
 */
public final class InnerWork {
  /** More iterations than this are a loop that ends by its condition. */
  private static final long MOST_ITERATIONS = 1 << 24;

  /** Bodies and calls beyond these are not looked into. */
  private static final int MOST_ENTERED = 1000;

  private static final StayReason TOO_MANY =
      new StayReason("it is one of more than " + MOST_ENTERED + " bodies and calls", "");

  private static final String ONE_OPSET =
      "Export the model with one version of every operator set, so that its functions dissolve.";

  private final ModelProto model;
  private final Map<String, TensorProto> constants;
  private final Function<String, ValueType> types;
  private final Origins origins;
  private final AtomicInteger entered;

  /**
   * A layer inside.
   *
   * @param node which
   * @param multiplications in a pass; empty when they are not known
   * @param reason why it stays on the device: where it is, such as {@code it is inside the body of
   *     Loop l, 10 times}
   */
  public record Layer(Node node, OptionalLong multiplications, StayReason reason) {
    private Layer times(long times) {
      return new Layer(node, Multiplications.times(multiplications, times), reason);
    }

    private Layer uncounted(Node branching) {
      String where = "it is inside the branch of " + branching + " that multiplies less";
      return new Layer(node, OptionalLong.of(0), new StayReason(where, ""));
    }
  }

  /** The graph that a node enters, with the types of the values that it is entered with. */
  private record Entered(ModelProto model, Map<String, ValueType> inputs) {}

  private InnerWork(
      ModelProto model,
      Map<String, TensorProto> constants,
      Function<String, ValueType> types,
      Origins origins,
      AtomicInteger entered) {
    this.model = model;
    this.constants = constants;
    this.types = types;
    this.origins = origins;
    this.entered = entered;
  }

  /**
   * The layers inside of a graph's nodes, of those that have any.
   *
   * @param run of the graph
   */
  public static Map<Node, List<Layer>> of(Graph graph, InstrumentedRun run) {
    InnerWork work =
        new InnerWork(
            graph.model(),
            graph.constants(),
            run::type,
            Origins.of(graph, run::type),
            new AtomicInteger());
    Map<Node, List<Layer>> layers = new HashMap<>();
    for (Node node : graph.nodes()) {
      List<Layer> inside = work.layers(node);
      if (!inside.isEmpty()) {
        layers.put(node, inside);
      }
    }
    return layers;
  }

  /** The layers inside a node's bodies, or inside the function that it calls. */
  private List<Layer> layers(Node node) {
    FunctionProto function = function(node.proto());
    if (function == null && node.bodies().isEmpty()) {
      return List.of();
    }
    if (entered.incrementAndGet() > MOST_ENTERED) {
      return List.of(new Layer(node, OptionalLong.empty(), TOO_MANY));
    }
    if (function != null) {
      String name = "it is inside the function " + function.getName();
      return layers(called(function, node), new StayReason(name, ONE_OPSET), origins.called());
    }
    return node.is("If") ? branches(node) : iterations(node);
  }

  private List<Layer> iterations(Node node) {
    OptionalLong times = times(node);
    String often =
        times.isEmpty()
            ? ", counted once: how often it runs is not known"
            : ", " + times.getAsLong() + " times";
    GraphProto body = node.bodies().get(0);
    Origins inside = origins.inside(node, body);
    StayReason reason = new StayReason("it is inside the body of " + node + often, inside.advice());
    return layers(entered(node, body), reason, inside).stream()
        .map(layer -> layer.times(times.orElse(1)))
        .toList();
  }

  private List<Layer> branches(Node node) {
    List<List<Layer>> branches = node.bodies().stream().map(body -> branch(node, body)).toList();
    long most = branches.stream().mapToLong(InnerWork::sum).max().orElse(0);
    List<Layer> layers = new ArrayList<>();
    boolean taken = false;
    for (List<Layer> branch : branches) {
      boolean counts = !taken && sum(branch) == most;
      taken |= counts;
      branch.forEach(each -> layers.add(counts ? each : each.uncounted(node)));
    }
    return layers;
  }

  private List<Layer> branch(Node node, GraphProto body) {
    Origins inside = origins.inside(node, body);
    StayReason reason = new StayReason("it is inside a branch of " + node, inside.advice());
    return layers(entered(node, body), reason, inside);
  }

  private static long sum(List<Layer> layers) {
    return layers.stream().mapToLong(layer -> layer.multiplications().orElse(0)).sum();
  }

  private List<Layer> layers(Entered graph, StayReason reason, Origins around) {
    List<Node> nodes = graph.model().getGraph().getNodeList().stream().map(Node::new).toList();
    List<Node> counted = nodes.stream().filter(Multiplications::areCounted).toList();
    List<Node> deeper =
        nodes.stream()
            .filter(node -> function(node.proto()) != null || !node.bodies().isEmpty())
            .toList();
    if (counted.isEmpty() && deeper.isEmpty()) {
      return List.of();
    }
    Function<String, ValueType> inside = typesInside(graph);
    List<Layer> layers = new ArrayList<>();
    counted.forEach(node -> layers.add(new Layer(node, Multiplications.of(node, inside), reason)));
    Map<String, TensorProto> given = new LinkedHashMap<>();
    graph.model().getGraph().getInitializerList().forEach(each -> given.put(each.getName(), each));
    InnerWork inner = new InnerWork(graph.model(), given, inside, around, entered);
    deeper.forEach(node -> layers.addAll(inner.layers(node)));
    return layers;
  }

  /** What enters as no tensor cannot be made up, so no type is known. */
  private Function<String, ValueType> typesInside(Entered entered) {
    if (entered.inputs().values().stream().anyMatch(type -> !type.isTensor())) {
      return name -> ValueType.NOT_A_TENSOR;
    }
    return InstrumentedRun.ofPart(entered.model(), entered.inputs())::type;
  }

  private Entered called(FunctionProto function, Node call) {
    GraphProto.Builder body = GraphProto.newBuilder().setName(function.getName());
    body.addAllNode(new FunctionCall(function, call.proto(), "inside#").nodes());
    call.outputs().forEach(name -> body.addOutput(ValueInfoProto.newBuilder().setName(name)));
    Entered entered = entered(body, call.reads(), new LinkedHashMap<>());
    ModelProto own =
        entered.model().toBuilder()
            .clearOpsetImport()
            .addAllOpsetImport(function.getOpsetImportList())
            .build();
    return new Entered(own, entered.inputs());
  }

  private Entered entered(Node node, GraphProto body) {
    Map<String, ValueType> inputs = new LinkedHashMap<>();
    for (int i = 0; i < body.getInputCount(); i++) {
      inputs.put(body.getInput(i).getName(), entering(node, i));
    }
    GraphProto.Builder own = body.toBuilder().clearInput().clearValueInfo();
    return entered(own, node.captures(), inputs);
  }

  private Entered entered(
      GraphProto.Builder body, Set<String> outer, Map<String, ValueType> inputs) {
    Set<String> produced = new LinkedHashSet<>();
    body.getNodeList().forEach(each -> produced.addAll(each.getOutputList()));
    for (String name : outer) {
      if (constants.containsKey(name)) {
        body.addInitializer(constants.get(name));
      } else if (!produced.contains(name)) {
        inputs.put(name, types.apply(name));
      }
    }
    inputs.forEach((name, type) -> body.addInput(type.declare(name, true)));
    return new Entered(SubModels.wrap(model, body), inputs);
  }

  /** The type of what enters a body as its input of that index. */
  private ValueType entering(Node node, int input) {
    if (node.is("Loop")) {
      return switch (input) {
        case 0 -> new ValueType(TensorProto.DataType.INT64_VALUE, new long[0]);
        case 1 -> new ValueType(TensorProto.DataType.BOOL_VALUE, new long[0]);
        default -> types.apply(node.input(input));
      };
    }
    if (!isScan(node)) {
      return ValueType.NOT_A_TENSOR;
    }
    ValueType whole = types.apply(node.input(input));
    int slice = input - firstScanned(node);
    return slice < 0 || !whole.isTensor()
        ? whole
        : withoutAxis(whole, scanAxis(node, slice, whole));
  }

  /** How often a node runs its body. */
  private OptionalLong times(Node node) {
    if (node.is("Loop")) {
      TensorProto most = constants.get(node.input(0));
      long times = most == null ? Long.MAX_VALUE : Tensors.longs(most)[0];
      return times > MOST_ITERATIONS ? OptionalLong.empty() : OptionalLong.of(Math.max(0, times));
    }
    ValueType scanned =
        isScan(node) ? types.apply(node.input(firstScanned(node))) : ValueType.NOT_A_TENSOR;
    return scanned.isTensor()
        ? OptionalLong.of(scanned.dims()[scanAxis(node, 0, scanned)])
        : OptionalLong.empty();
  }

  /** Whether it is a Scan as it is since opset 9: without a batch axis and without lengths. */
  private static boolean isScan(Node node) {
    return node.is("Scan") && node.bodies().get(0).getInputCount() == node.inputCount();
  }

  private static int firstScanned(Node scan) {
    return scan.inputCount() - (int) scan.integer("num_scan_inputs", 1);
  }

  private static int scanAxis(Node scan, int slice, ValueType scanned) {
    long[] axes = scan.integers("scan_input_axes");
    int axis = axes == null ? 0 : (int) axes[slice];
    return axis < 0 ? axis + scanned.dims().length : axis;
  }

  private static ValueType withoutAxis(ValueType type, int axis) {
    long[] rest = new long[type.dims().length - 1];
    for (int i = 0; i < rest.length; i++) {
      rest[i] = type.dims()[i < axis ? i : i + 1];
    }
    return new ValueType(type.onnxType(), rest);
  }

  private FunctionProto function(NodeProto call) {
    for (FunctionProto each : model.getFunctionsList()) {
      if (each.getName().equals(call.getOpType())
          && each.getDomain().equals(call.getDomain())
          && each.getOverload().equals(call.getOverload())) {
        return each;
      }
    }
    return null;
  }
}
