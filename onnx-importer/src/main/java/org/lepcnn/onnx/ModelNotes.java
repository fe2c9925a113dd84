/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx;

import ai.onnx.proto.OnnxMl.TensorProto;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.lepcnn.onnx.graph.Graph;
import org.lepcnn.onnx.graph.Node;
import org.lepcnn.onnx.graph.Shapes;
import org.lepcnn.onnx.graph.Tensors;
import org.lepcnn.onnx.graph.ValueType;

/**
 * What whoever imports a model should know, although it can be imported: that it was exported for
 * training, that weights are no numbers, that it takes inputs which the commands cannot make of a
 * picture.
 */
final class ModelNotes {
  /** From this version on a node says whether it trains; before, by how many outputs it has. */
  private static final int EXPLICIT_TRAINING_OPSET = 14;

  private static final int PICTURE_RANK = 4;

  private static final Set<Integer> LONG_TYPES =
      Set.of(TensorProto.DataType.INT16_VALUE, TensorProto.DataType.UINT16_VALUE);

  private final Graph graph;
  private final List<String> notes = new ArrayList<>();

  private ModelNotes(Graph graph) {
    this.graph = graph;
  }

  /**
   * The notes on a model.
   *
   * @param graph with its constants computed and without dead nodes
   * @param inputs the types of its inputs
   * @param holdsTraining whether the file tells how to train the model too
   */
  static List<String> of(Graph graph, Map<String, ValueType> inputs, boolean holdsTraining) {
    ModelNotes model = new ModelNotes(graph);
    if (holdsTraining) {
      model.notes.add(
          "The file holds training information, which is left out: the model is imported for inference.");
    }
    graph.nodes().forEach(model::training);
    model.weights();
    model.longWeights();
    model.inputs(inputs);
    return List.copyOf(model.notes);
  }

  private void training(Node node) {
    if (trains(node)) {
      notes.add(
          node
              + " is in training mode: "
              + (node.is("Dropout")
                  ? "it drops values at random, so no two answers are alike"
                  : "it normalizes by what it is given instead of by what was learned")
              + ". Export the model for inference, with model.eval() in PyTorch.");
    }
    node.bodies().forEach(body -> body.getNodeList().forEach(each -> training(new Node(each))));
  }

  private boolean trains(Node node) {
    if (node.is("BatchNormalization")) {
      return graph.opset() < EXPLICIT_TRAINING_OPSET
          ? node.outputs().size() > 1
          : node.integer("training_mode", 0) != 0;
    }
    TensorProto mode = node.is("Dropout") ? graph.constants().get(node.input(2)) : null;
    return mode != null && Tensors.isTrue(mode);
  }

  private void weights() {
    Set<String> read = new LinkedHashSet<>(graph.outputs());
    graph.nodes().forEach(node -> read.addAll(node.reads()));
    for (TensorProto tensor : graph.constants().values()) {
      if (read.contains(tensor.getName())) {
        weights(tensor);
      }
    }
    for (Node node : graph.nodes()) {
      node.bodies().forEach(body -> body.getInitializerList().forEach(this::weights));
    }
  }

  /** 16-bit integers that the model dequantizes as weights. */
  private void longWeights() {
    long count =
        graph.constantProducers().values().stream()
            .filter(node -> node.is("DequantizeLinear"))
            .map(node -> graph.constants().get(node.input(0)))
            .filter(tensor -> tensor != null && LONG_TYPES.contains(tensor.getDataType()))
            .count();
    if (count > 0) {
      notes.add(
          (count == 1 ? "One tensor of weights has" : count + " tensors of weights have")
              + " 16 bits. A layer at the edge has up to 12, so they are rounded. Quantize weights to"
              + " 8 bits where the model's own integers matter.");
    }
  }

  private void weights(TensorProto tensor) {
    Tensors.NonFinite found = Tensors.nonFinite(tensor);
    if (found.nans() + found.infinities() > 0) {
      notes.add(
          "The weights %s hold %s NaN and %s infinite numbers of %s%s"
              .formatted(
                  tensor.getName(),
                  found.nans(),
                  found.infinities(),
                  Tensors.elements(Tensors.dims(tensor)),
                  found.nans() > 0
                      ? ". Answers may be no numbers; the training may have failed."
                      : ", which masks may mean so."));
    }
  }

  private void inputs(Map<String, ValueType> inputs) {
    if (inputs.size() > 1) {
      notes.add(
          "The model has "
              + inputs.size()
              + " inputs; infer and gateway take files for models of one. Use the library.");
    }
    inputs.forEach(
        (name, type) -> {
          long[] dims = type.dims();
          if (dims.length == PICTURE_RANK && dims[0] > 1) {
            notes.add(
                ("The input %s takes %s at once, of shape %s: infer and gateway "
                        + "take .npy and .pb files with as many, and no pictures. Export "
                        + "the model with a batch of 1 for those.")
                    .formatted(name, dims[0], Shapes.text(dims)));
          }
        });
  }
}
