/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx.run;

import ai.onnx.proto.OnnxMl.TensorProto;
import org.lepcnn.onnx.graph.Graph;
import org.lepcnn.onnx.graph.Tensors;
import org.lepcnn.onnx.graph.ValueType;

/** Makes values that a model does not have, under names that nothing has yet. */
public final class NewValues {
  private final Graph graph;
  private final InstrumentedRun run;

  public NewValues(Graph graph, InstrumentedRun run) {
    this.graph = graph;
    this.run = run;
  }

  /** The name of a new value of a type. */
  public String of(String base, ValueType type) {
    String name = graph.freshName(base);
    for (int i = 1; run.types().containsKey(name); i++) {
      name = graph.freshName(base + "_" + i);
    }
    run.types().put(name, type);
    return name;
  }

  /** The name of a new value of float32. */
  public String floats(String base, long... dims) {
    return of(base, new ValueType(Tensors.FLOAT, dims));
  }

  /** The name of a new constant of float32. */
  public String constant(String base, float[] values, long... dims) {
    TensorProto tensor = Tensors.of(floats(base, dims), values, dims);
    graph.constants().put(tensor.getName(), tensor);
    return tensor.getName();
  }
}
