/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx.run;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.ExtensionRegistryLite;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnsafeByteOperations;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.zip.CRC32C;
import java.util.zip.CheckedOutputStream;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.onnx.graph.Tensors;
import org.lepcnn.onnx.graph.ValueType;

/**
 * What ONNX Runtime says of a model during its import: constants and types. A live evaluation asks
 * it; a recorded one repeats, in the same order, what it said in another process, so that this one
 * need not load the model.
 *
 * <p>A record is a sequence of graphs in ONNX's format, each after its length. The first has the
 * checksum of the model as its name. In the others tensors are initializers and types are
 * declarations, without a type for what is no tensor. Whoever reads a record trusts it as much as
 * the model, from which it was made.
 */
public final class Evaluation {
  private final List<GraphProto> said = new ArrayList<>();
  private final Deque<GraphProto> recorded;

  private Evaluation(Deque<GraphProto> recorded) {
    this.recorded = recorded;
  }

  /** One that asks ONNX Runtime, and remembers what it says. */
  public static Evaluation live() {
    return new Evaluation(null);
  }

  /**
   * One that repeats a record.
   *
   * @throws BadInputException for what {@link #write} did not write
   */
  public static Evaluation read(byte[] record) {
    CodedInputStream in = UnsafeByteOperations.unsafeWrap(record).newCodedInput();
    in.enableAliasing(true);
    Deque<GraphProto> recorded = new ArrayDeque<>();
    try {
      while (!in.isAtEnd()) {
        GraphProto.Builder graph = GraphProto.newBuilder();
        in.readMessage(graph, ExtensionRegistryLite.getEmptyRegistry());
        graph.getInitializerList().forEach(Evaluation::requireWhole);
        recorded.add(graph.build());
      }
    } catch (InvalidProtocolBufferException e) {
      throw damaged(e.getMessage(), e);
    } catch (IOException e) {
      throw damaged(e.toString(), e);
    }
    return new Evaluation(recorded);
  }

  /** Writes what ONNX Runtime has said so far. */
  public void write(OutputStream out) throws IOException {
    CodedOutputStream coded = CodedOutputStream.newInstance(out);
    for (GraphProto graph : said) {
      coded.writeMessageNoTag(graph);
    }
    coded.flush();
  }

  /** The bytes that {@link #write} takes, but for the lengths. */
  public long size() {
    return said.stream().mapToLong(GraphProto::getSerializedSize).sum();
  }

  /**
   * Begins with a model; a record must be of the same.
   *
   * @throws BadInputException for a record of another model
   */
  public void begin(ModelProto model) {
    String checksum = checksum(model);
    if (recorded == null) {
      said.add(GraphProto.newBuilder().setName(checksum).build());
    } else if (!next().getName().equals(checksum)) {
      throw BadInputException.about("Importing the model")
          .expected("the file that was tried")
          .found("one that has changed since it was tried", "Import it again.");
    }
  }

  /** Constants by name. */
  Map<String, TensorProto> constants(Supplier<Map<String, TensorProto>> runtime) {
    if (recorded != null) {
      return tensors(next());
    }
    Map<String, TensorProto> constants = runtime.get();
    said.add(GraphProto.newBuilder().addAllInitializer(constants.values()).build());
    return constants;
  }

  /** A run of the model. */
  InstrumentedRun run(Supplier<InstrumentedRun> runtime) {
    if (recorded != null) {
      GraphProto graph = next();
      Map<String, ValueType> types = new HashMap<>();
      graph.getValueInfoList().forEach(value -> types.put(value.getName(), type(value)));
      return new InstrumentedRun(types, tensors(graph));
    }
    InstrumentedRun run = runtime.get();
    GraphProto.Builder graph = GraphProto.newBuilder().addAllInitializer(run.fixed().values());
    run.types().forEach((name, type) -> graph.addValueInfo(declaration(name, type)));
    said.add(graph.build());
    return run;
  }

  private GraphProto next() {
    GraphProto graph = recorded.poll();
    if (graph == null) {
      throw damaged("fewer answers than the model needs", null);
    }
    return graph;
  }

  /** Tells files apart that somebody writes while we read; not made against forgery. */
  private static String checksum(ModelProto model) {
    CRC32C checksum = new CRC32C();
    try (OutputStream out = new CheckedOutputStream(OutputStream.nullOutputStream(), checksum)) {
      model.writeTo(out);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return Long.toHexString(checksum.getValue());
  }

  private static ValueInfoProto declaration(String name, ValueType type) {
    return type.isTensor()
        ? type.declare(name, true)
        : ValueInfoProto.newBuilder().setName(name).build();
  }

  private static ValueType type(ValueInfoProto value) {
    if (!value.hasType()) {
      return ValueType.NOT_A_TENSOR;
    }
    TypeProto.Tensor tensor = value.getType().getTensorType();
    long[] dims = new long[tensor.getShape().getDimCount()];
    for (int i = 0; i < dims.length; i++) {
      dims[i] = tensor.getShape().getDim(i).getDimValue();
    }
    return new ValueType(tensor.getElemType(), dims);
  }

  private static Map<String, TensorProto> tensors(GraphProto graph) {
    Map<String, TensorProto> tensors = new LinkedHashMap<>();
    graph.getInitializerList().forEach(tensor -> tensors.put(tensor.getName(), tensor));
    return tensors;
  }

  private static void requireWhole(TensorProto tensor) {
    if (tensor.getDataLocation() != TensorProto.DataLocation.DEFAULT
        || tensor.getExternalDataCount() > 0) {
      throw damaged("a tensor outside", null);
    }
    Tensors.requireConsistent(tensor);
  }

  private static BadInputException damaged(String found, Throwable cause) {
    return BadInputException.about("Importing the model, from what the trial has computed")
        .expected("constants and types")
        .because(cause)
        .found(found, "Import it again.");
  }
}
