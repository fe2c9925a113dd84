/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.stage;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.model.DeviceHalf;
import org.lepcnn.device.testkit.TinyOnnx;

/** Runs operators as device stages on values that they cannot work on, and prints the errors. */
public final class FailingOperatorsMain {
  static final String DONE = "all operators tried";

  /** Indices, sizes and counts that nothing here allows. */
  static final long[] PRIVATE = {-7_654_321, 7_654_321};

  /** Most of the operators fail on one of them at least. */
  static final int FEWEST_FAILURES = 30;

  /** How the names of ONNX Runtime's own operators begin. */
  static final String VENDORS = TinyOnnx.MICROSOFT + " ";

  private static final int INT32 = 6;
  private static final int INT64 = 7;
  private static final int BOOL = 9;
  private static final TinyOnnx.Value X = new TinyOnnx.Value("x", 1, 2, 2);
  private static final TinyOnnx.Value ONE = new TinyOnnx.Value("n", INT64, 1);
  private static final TinyOnnx.Value PAIR = new TinyOnnx.Value("n", INT64, 1, 2);
  private static final TinyOnnx.Value VECTOR = new TinyOnnx.Value("n", INT64, 2);
  private static final TinyOnnx.Value FOUR = new TinyOnnx.Value("n", INT64, 4);
  private static final TinyOnnx.Value UPDATES = new TinyOnnx.Value("u", 1, 1);
  private static final TinyOnnx.Value IMAGE = new TinyOnnx.Value("m", 1, 1, 1, 2, 2);

  private FailingOperatorsMain() {}

  private record Attempt(String name, List<TinyOnnx.Node> nodes, List<TinyOnnx.Value> inputs) {
    static Attempt of(String op, List<TinyOnnx.Value> inputs, String... names) {
      return new Attempt(op, List.of(TinyOnnx.Node.of(op, "y", names)), inputs);
    }
  }

  public static void main(String[] args) {
    for (Attempt attempt : attempts()) {
      for (long value : PRIVATE) {
        run(attempt, value);
      }
    }
    System.out.println(DONE);
  }

  private static List<Attempt> attempts() {
    List<Attempt> attempts = new ArrayList<>();
    attempts.add(Attempt.of("Gather", List.of(X, ONE), "x", "n"));
    attempts.add(Attempt.of("GatherElements", List.of(X, PAIR), "x", "n"));
    attempts.add(Attempt.of("GatherND", List.of(X, PAIR), "x", "n"));
    attempts.add(Attempt.of("ScatterND", List.of(X, PAIR, UPDATES), "x", "n", "u"));
    attempts.add(
        Attempt.of(
            "ScatterElements",
            List.of(X, new TinyOnnx.Value("n", INT64, 1, 1), new TinyOnnx.Value("u", 1, 1, 1)),
            "x",
            "n",
            "u"));
    for (String op : List.of("Reshape", "Expand", "Tile")) {
      attempts.add(Attempt.of(op, List.of(X, VECTOR), "x", "n"));
    }
    for (String op : List.of("TopK", "Squeeze", "Unsqueeze", "ReduceSum", "Split")) {
      attempts.add(Attempt.of(op, List.of(X, ONE), "x", "n"));
    }
    attempts.add(Attempt.of("Pad", List.of(X, FOUR), "x", "n"));
    attempts.add(Attempt.of("Slice", List.of(X, ONE), "x", "n", "n", "n", "n"));
    attempts.add(Attempt.of("Resize", List.of(IMAGE, FOUR), "m", "", "", "n"));
    attempts.add(Attempt.of("ConstantOfShape", List.of(VECTOR), "n"));
    attempts.add(Attempt.of("CumSum", List.of(X, ONE), "x", "n"));
    attempts.add(Attempt.of("OneHot", List.of(ONE, new TinyOnnx.Value("v", 1, 2)), "n", "n", "v"));
    attempts.add(Attempt.of("ReverseSequence", List.of(X, VECTOR), "x", "n"));
    attempts.add(Attempt.of("NegativeLogLikelihoodLoss", List.of(X, VECTOR), "x", "n"));
    attempts.add(Attempt.of("SoftmaxCrossEntropyLoss", List.of(X, VECTOR), "x", "n"));
    attempts.add(
        Attempt.of(
            "RoiAlign", List.of(IMAGE, new TinyOnnx.Value("r", 1, 1, 4), ONE), "m", "r", "n"));
    attempts.add(range());
    attempts.add(sequence("SequenceAt"));
    attempts.add(sequence("SequenceErase"));
    attempts.add(sequence("SequenceInsert"));
    attempts.add(
        new Attempt(
            "SplitToSequence",
            List.of(
                TinyOnnx.Node.of("SplitToSequence", "s", "x", "n"),
                new TinyOnnx.Node(
                    "ConcatFromSequence", List.of("s"), List.of("y"), Map.of("axis", 0L))),
            List.of(X, ONE)));
    attempts.add(
        new Attempt(
            "ArgMax of a Gather",
            List.of(
                TinyOnnx.Node.of("Add", "i", "n", "n"), TinyOnnx.Node.of("Gather", "y", "x", "i")),
            List.of(X, ONE)));
    attempts.add(integers("Div"));
    attempts.add(integers("Mod"));
    attempts.add(branch());
    attempts.add(loop());
    attempts.addAll(vendors());
    return attempts;
  }

  /** Quotients by what is zero for every input. */
  private static Attempt integers(String op) {
    return new Attempt(
        op,
        List.of(TinyOnnx.Node.of("Sub", "zero", "n", "n"), TinyOnnx.Node.of(op, "y", "n", "zero")),
        List.of(ONE));
  }

  private static Attempt branch() {
    TinyOnnx.Body body =
        new TinyOnnx.Body(
            List.of(TinyOnnx.Node.of("Gather", "b", "x", "n")),
            List.of(),
            List.of(new TinyOnnx.Value("b", 1, new long[0])));
    TinyOnnx.Node choice =
        new TinyOnnx.Node(
            "",
            "If",
            List.of("always"),
            List.of("y"),
            Map.of(),
            Map.of("then_branch", body, "else_branch", body));
    return new Attempt(
        "If", List.of(TinyOnnx.Node.of("Equal", "always", "n", "n"), choice), List.of(X, ONE));
  }

  private static Attempt loop() {
    TinyOnnx.Body body =
        new TinyOnnx.Body(
            List.of(
                TinyOnnx.Node.of("Identity", "on", "go"),
                TinyOnnx.Node.of("Gather", "next", "state", "n")),
            List.of(
                new TinyOnnx.Value("i", INT64, new long[0]),
                new TinyOnnx.Value("go", BOOL, new long[0]),
                new TinyOnnx.Value("state", 1, new long[0])),
            List.of(
                new TinyOnnx.Value("on", BOOL, new long[0]),
                new TinyOnnx.Value("next", 1, new long[0])));
    TinyOnnx.Node loop =
        new TinyOnnx.Node(
            "", "Loop", List.of("", "always", "x"), List.of("y"), Map.of(), Map.of("body", body));
    return new Attempt(
        "Loop", List.of(TinyOnnx.Node.of("Equal", "always", "n", "n"), loop), List.of(X, ONE));
  }

  /** Operators of ONNX Runtime's own that read indices, sizes or positions. */
  private static List<Attempt> vendors() {
    TinyOnnx.Value number = new TinyOnnx.Value("n", INT32, 1);
    TinyOnnx.Value words = new TinyOnnx.Value("n", INT32, 1, 2);
    TinyOnnx.Value table = new TinyOnnx.Value("w", 1, 3, 4);
    TinyOnnx.Value scale = new TinyOnnx.Value("g", 1, 4);
    TinyOnnx.Value positions = new TinyOnnx.Value("n", INT64, 1, 1);
    TinyOnnx.Value heads = new TinyOnnx.Value("q", 1, 1, 1, 1, 4);
    return List.of(
        vendor("GatherND", List.of(X, PAIR), "x", "n"),
        vendor("Pad", List.of(X, FOUR), "x", "n"),
        vendor("ExpandDims", List.of(X, number), "x", "n"),
        vendor("Trilu", List.of(X, ONE), "x", "n"),
        vendor(
            "EmbedLayerNormalization",
            List.of(words, table, scale),
            "n",
            "",
            "w",
            "w",
            "",
            "g",
            "g"),
        vendor(
            "RotaryEmbedding",
            List.of(heads, positions, new TinyOnnx.Value("c", 1, 2, 2)),
            "q",
            "n",
            "c",
            "c"),
        vendor(
            "CropAndResize",
            List.of(
                IMAGE, new TinyOnnx.Value("r", 1, 1, 4), number, new TinyOnnx.Value("s", INT32, 2)),
            "m",
            "r",
            "n",
            "s"));
  }

  private static Attempt vendor(String op, List<TinyOnnx.Value> inputs, String... names) {
    TinyOnnx.Node node =
        new TinyOnnx.Node(TinyOnnx.MICROSOFT, op, List.of(names), List.of("y"), Map.of(), Map.of());
    return new Attempt(VENDORS + op, List.of(node), inputs);
  }

  private static Attempt range() {
    return new Attempt(
        "Range",
        List.of(
            TinyOnnx.Node.of("Squeeze", "limit", "n"),
            TinyOnnx.Node.of("Sub", "none", "limit", "limit"),
            TinyOnnx.Node.of("Range", "y", "limit", "none", "none")),
        List.of(ONE));
  }

  private static Attempt sequence(String op) {
    List<TinyOnnx.Node> nodes = new ArrayList<>();
    nodes.add(TinyOnnx.Node.of("SequenceConstruct", "s", "x", "x"));
    nodes.add(TinyOnnx.Node.of("Squeeze", "at", "n"));
    if (op.equals("SequenceAt")) {
      nodes.add(TinyOnnx.Node.of(op, "y", "s", "at"));
    } else {
      boolean insert = op.equals("SequenceInsert");
      nodes.add(
          insert
              ? TinyOnnx.Node.of(op, "t", "s", "x", "at")
              : TinyOnnx.Node.of(op, "t", "s", "at"));
      nodes.add(
          new TinyOnnx.Node("ConcatFromSequence", List.of("t"), List.of("y"), Map.of("axis", 0L)));
    }
    return new Attempt(op, nodes, List.of(X, ONE));
  }

  private static void run(Attempt attempt, long value) {
    Map<String, HostTensor> inputs = new LinkedHashMap<>();
    for (TinyOnnx.Value input : attempt.inputs()) {
      inputs.put(input.name(), tensor(input, value));
    }
    int type = attempt.name().equals("ConstantOfShape") ? 1 : typeOf(attempt);
    byte[] onnx =
        TinyOnnx.model(
            attempt.nodes(), attempt.inputs(), List.of(new TinyOnnx.Value("y", type, new long[0])));
    DeviceHalf.Stage stage = new DeviceHalf.Stage(onnx, List.copyOf(inputs.keySet()), List.of("y"));
    try (StageRunner runner = StageRunner.load("stage of " + attempt.name(), stage, 1);
        NativeTensors tensors = new NativeTensors();
        Activations values = new Activations(inputs, tensors)) {
      runner.run(values);
      System.out.println("ran " + attempt.name());
    } catch (BadInputException e) {
      boolean loading = e.getMessage().startsWith("Loading");
      System.out.println((loading ? "not loaded " : "failed ") + attempt.name());
      e.printStackTrace(System.out);
    }
  }

  private static int typeOf(Attempt attempt) {
    return Set.of("Range", "Div", "Mod").contains(attempt.name()) ? INT64 : 1;
  }

  private static HostTensor tensor(TinyOnnx.Value input, long value) {
    int elements = (int) HostTensor.elements(input.shape());
    if (input.type() == INT64) {
      long[] values = new long[elements];
      java.util.Arrays.fill(values, value);
      return HostTensor.of(values, input.shape());
    }
    if (input.type() == INT32) {
      int[] values = new int[elements];
      java.util.Arrays.fill(values, Math.toIntExact(value));
      return HostTensor.of(values, input.shape());
    }
    float[] values = new float[elements];
    java.util.Arrays.fill(values, 0.25f);
    return HostTensor.of(values, input.shape());
  }
}
