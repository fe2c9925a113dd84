/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx.run;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnxruntime.OrtException;
import java.util.List;
import java.util.function.Function;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.onnx.graph.Node;

/**
 * Turns what ONNX Runtime says of a model that it refuses into one line: the node, what is wrong
 * with it, and what to do.
 *
 * <p>Its messages are for its developers: they begin with an error code, and quote C++ functions
 * and lines.
 */
final class Refusals {
  private static final String OTHER_OPERATORS =
      "Export the model with standard operators, in the operator set that has them.";
  private static final String OTHER_TYPE = "Export the model with float32.";
  private static final String OTHER_SET =
      "Export the model in another operator set or with float32; older models can be converted"
          + " with onnx.version_converter.convert_version(model, 13).";
  private static final String EXPORT_AGAIN = "Correct the node, or export the model again.";

  /** What ONNX Runtime says, and what we make of it. */
  private record Form(Pattern pattern, Function<MatchResult, String> found, String remedy) {
    static Form of(String pattern, Function<MatchResult, String> found, String remedy) {
      return new Form(Pattern.compile(pattern, Pattern.DOTALL), found, remedy);
    }
  }

  private static final String NODE =
      "In Node, \\(\"([^\"]*)\", ([^,]+), \"[^\"]*\", -?\\d+\\).* , Error ";

  private static final List<Form> FORMS =
      List.of(
          Form.of(
              NODE + "No Op registered for \\S+ with domain_version of (\\d+)",
              m -> node(m) + ", an operator that operator set " + m.group(3) + " does not have",
              OTHER_OPERATORS),
          Form.of(
              NODE + "Unrecognized attribute: (\\S+) for operator",
              m -> node(m) + " with the attribute " + m.group(3) + ", which it does not have",
              EXPORT_AGAIN),
          Form.of(NODE + "(.*)", m -> node(m) + ": " + m.group(3), EXPORT_AGAIN),
          Form.of(
              "Type 'tensor\\((\\w+)\\)' of input parameter \\((.*?)\\) of operator \\((.*?)\\) in"
                  + " node \\((.*?)\\) is invalid",
              m ->
                  m.group(3)
                      + " "
                      + m.group(4)
                      + ", whose input "
                      + m.group(2)
                      + " has the type "
                      + (m.group(1).equals("float") ? "float32" : m.group(1))
                      + ", which the operator does not take",
              OTHER_TYPE),
          Form.of(
              "Could not find an implementation for (\\w+)\\((\\d+)\\) node with name '(.*?)'",
              m ->
                  m.group(1)
                      + " "
                      + m.group(3)
                      + ", for which it has no kernel: not in version "
                      + m.group(2)
                      + " of the operator, or not for these types",
              OTHER_SET),
          Form.of(
              "Node \\((.*?)\\) Op \\((\\w+)\\) \\[\\w+\\] (.*)",
              m -> m.group(2) + " " + m.group(1) + ": " + m.group(3),
              EXPORT_AGAIN),
          Form.of(
              "while running (\\w+) node\\. Name:'(.*?)' Status Message: (.*)",
              m -> m.group(1) + " " + m.group(2) + ": " + plain(m.group(3)),
              EXPORT_AGAIN));

  private static final Pattern UNKNOWN_FUNCTION =
      Pattern.compile("Fatal error: (?:([\\w.]*):)?(\\w+)(?:\\(-?\\d+\\))? is not a registered");

  private Refusals() {}

  /**
   * The refusal of a model.
   *
   * @param what says what was done
   * @param model the one that was refused
   */
  static BadInputException of(String what, ModelProto model, OrtException e) {
    String message = String.valueOf(e.getMessage());
    Matcher unknown = UNKNOWN_FUNCTION.matcher(message);
    if (unknown.find()) {
      return refusal(
          what,
          named(model, unknown.group(2)) + ", an operator that it does not have",
          OTHER_OPERATORS,
          e);
    }
    for (Form form : FORMS) {
      Matcher matcher = form.pattern().matcher(message);
      if (matcher.find()) {
        return refusal(what, form.found().apply(matcher), form.remedy(), e);
      }
    }
    return refusal(what, plain(message.replaceFirst("^Error code - \\w+ - message: ", "")), "", e);
  }

  private static BadInputException refusal(
      String what, String found, String remedy, OrtException e) {
    return BadInputException.about(what)
        .expected("a model that ONNX Runtime can run")
        .because(e)
        .found(oneLine(found), remedy);
  }

  private static String node(MatchResult match) {
    return match.group(2) + " " + match.group(1);
  }

  /** The first node of an operator. */
  private static String named(ModelProto model, String op) {
    for (NodeProto node : model.getGraph().getNodeList()) {
      if (node.getOpType().equals(op)) {
        return new Node(node).toString();
      }
    }
    return op;
  }

  /** Without the place in ONNX Runtime's sources, and the condition that did not hold there. */
  private static String plain(String message) {
    return message
        .replaceFirst("^/\\S+:\\d+ .*? was false\\. ", "")
        .replaceFirst("^/\\S+:\\d+ \\S+ ", "");
  }

  private static String oneLine(String text) {
    return text.strip().replaceAll("\\s+", " ").replaceFirst("\\.$", "");
  }
}
