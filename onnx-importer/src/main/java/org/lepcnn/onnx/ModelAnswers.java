/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a model says of its answers.
 *
 * @param names of the classes, as exporters put them into the metadata; empty where there are none
 * @param probabilities the outputs whose last operator brings them between 0 and 1
 */
public record ModelAnswers(List<String> names, List<String> probabilities) {
  private static final Set<String> KEYS = Set.of("names", "labels", "classes", "class_names");
  private static final Set<String> BOUNDED = Set.of("Softmax", "Sigmoid", "HardSigmoid");
  private static final Set<String> SAME_VALUES =
      Set.of("Reshape", "Flatten", "Squeeze", "Unsqueeze", "Identity", "Cast", "Transpose");

  /** {@code {0: 'cat', 1: "dog"}}: what Python prints of a dictionary, and JSON. */
  private static final Pattern NUMBERED =
      Pattern.compile("[{,]\\s*[\"']?([0-9]{1,7})[\"']?\\s*:\\s*(?:'([^']*+)'|\"([^\"]*+)\")");

  private static final Pattern QUOTED = Pattern.compile("[\\[,]\\s*(?:'([^']*+)'|\"([^\"]*+)\")");
  private static final int MOST_NODES = 1_000_000;

  public ModelAnswers {
    names = List.copyOf(names);
    probabilities = List.copyOf(probabilities);
  }

  /** Of a model. */
  public static ModelAnswers of(ModelProto model) {
    List<String> names = List.of();
    for (StringStringEntryProto entry : model.getMetadataPropsList()) {
      if (names.isEmpty() && KEYS.contains(entry.getKey())) {
        names = names(entry.getValue());
      }
    }
    return new ModelAnswers(names, probabilities(model.getGraph()));
  }

  /** Names in the form of a dictionary from 0 on, of a list, or a name on each line. */
  static List<String> names(String text) {
    String stripped = text.strip();
    if (stripped.startsWith("{")) {
      Map<Integer, String> numbered = new TreeMap<>();
      Matcher entry = NUMBERED.matcher(stripped);
      while (entry.find()) {
        numbered.put(Integer.parseInt(entry.group(1)), either(entry, 2));
      }
      int number = 0;
      for (int found : numbered.keySet()) {
        if (found != number++) {
          return List.of();
        }
      }
      return List.copyOf(numbered.values());
    }
    if (stripped.startsWith("[")) {
      List<String> names = new ArrayList<>();
      Matcher entry = QUOTED.matcher(stripped);
      while (entry.find()) {
        names.add(either(entry, 1));
      }
      return names;
    }
    return stripped.lines().map(String::strip).filter(name -> !name.isEmpty()).toList();
  }

  private static String either(Matcher entry, int group) {
    return entry.group(group) == null ? entry.group(group + 1) : entry.group(group);
  }

  private static List<String> probabilities(GraphProto graph) {
    Map<String, NodeProto> producers = new HashMap<>();
    for (NodeProto node : graph.getNodeList()) {
      node.getOutputList().forEach(output -> producers.put(output, node));
    }
    return graph.getOutputList().stream()
        .map(ValueInfoProto::getName)
        .filter(output -> isBounded(output, producers))
        .toList();
  }

  private static boolean isBounded(String output, Map<String, NodeProto> producers) {
    NodeProto node = producers.get(output);
    for (int i = 0; i < MOST_NODES && node != null; i++) {
      if (BOUNDED.contains(node.getOpType())) {
        return true;
      }
      if (!SAME_VALUES.contains(node.getOpType()) || node.getInputCount() == 0) {
        return false;
      }
      node = producers.get(node.getInput(0));
    }
    return false;
  }
}
