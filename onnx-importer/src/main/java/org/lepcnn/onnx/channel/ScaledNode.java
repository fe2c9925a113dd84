/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx.channel;

import ai.onnx.proto.OnnxMl.TensorProto;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.IntToDoubleFunction;
import org.lepcnn.onnx.graph.Graph;
import org.lepcnn.onnx.graph.Node;
import org.lepcnn.onnx.graph.Tensors;
import org.lepcnn.onnx.graph.ValueType;
import org.lepcnn.onnx.run.InstrumentedRun;

/** A node of the device that takes up factors in its constants. */
public final class ScaledNode {
  private final Node node;
  private final int[] ids;
  private final List<ScaledConstant> constants;
  private final Function<List<String>, List<Node>> form;

  /**
   * @param ids the classes whose factors are taken up
   * @param form from the names of the constants, in their order, to what the device runs
   */
  ScaledNode(
      Node node,
      int[] ids,
      List<ScaledConstant> constants,
      Function<List<String>, List<Node>> form) {
    this.node = node;
    this.ids = ids;
    this.constants = constants;
    this.form = form;
  }

  public Node node() {
    return node;
  }

  /** The classes whose factors it takes up. */
  public int[] ids() {
    return ids;
  }

  /**
   * Its constants with powers of two as factors.
   *
   * @param factor of a class
   * @return null when a factor would change bits of one
   */
  public List<float[]> constants(IntToDoubleFunction factor) {
    List<float[]> scaled = new ArrayList<>();
    for (ScaledConstant constant : constants) {
      float[] values = constant.scaled(factor);
      if (values == null) {
        return null;
      }
      scaled.add(values);
    }
    return scaled;
  }

  /** What the device runs instead; its constants are new ones of the graph. */
  public List<Node> with(List<float[]> scaled, Graph graph, InstrumentedRun run) {
    List<String> names = new ArrayList<>();
    for (int i = 0; i < scaled.size(); i++) {
      ScaledConstant constant = constants.get(i);
      String name = graph.freshName(constant.name() + "_scaled");
      TensorProto tensor = Tensors.of(name, scaled.get(i), constant.dims());
      graph.constants().put(name, tensor);
      run.types().put(name, ValueType.of(tensor));
      names.add(name);
    }
    return form.apply(names);
  }
}
