/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx.read;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnsafeByteOperations;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.io.WholeFile;
import org.lepcnn.core.text.Printable;

/**
 * Reads an ONNX file, external data included, in the form that the importer works on: dense
 * tensors, float32 for the shorter floats, wider integers for inputs that Java has no tensors of,
 * functions of the model inlined.
 */
public final class OnnxReader {
  /** The first version in which operator sets are named. */
  private static final long OLDEST_IR = 3;

  private static final long MAX_FILE_BYTES = Integer.MAX_VALUE - (64L << 20);

  private OnnxReader() {}

  /**
   * What a file holds.
   *
   * @param model for inference
   * @param holdsTraining whether the file tells how to train the model too, which is left out
   */
  public record OnnxFile(ModelProto model, boolean holdsTraining) {
    /** The names of the inputs that are no weights, in order. */
    public List<String> inputNames() {
      GraphProto graph = model.getGraph();
      Set<String> constants = new HashSet<>();
      graph.getInitializerList().forEach(tensor -> constants.add(tensor.getName()));
      return graph.getInputList().stream()
          .map(ValueInfoProto::getName)
          .filter(name -> !constants.contains(name))
          .toList();
    }
  }

  /**
   * Reads a model.
   *
   * @throws BadInputException for anything but a whole ONNX model of IR version 3 or newer below 2
   *     GB
   */
  public static OnnxFile read(Path file) {
    OnnxFile original = original(file);
    ModelProto whole = SparseInitializers.densify(original.model());
    return new OnnxFile(
        WiderIntegers.widen(Float16Widening.widen(FunctionInlining.inline(whole))),
        original.holdsTraining());
  }

  /** Reads a model as it is, with all its tensors inside; errors as those of {@link #read}. */
  public static OnnxFile original(Path file) {
    ModelProto model = parse(file, readBytes(file));
    if (!model.hasGraph() || model.getGraph().getOutputCount() == 0) {
      throw notOnnx(file, "a file without a graph", null);
    }
    if (model.getIrVersion() < OLDEST_IR) {
      throw BadInputException.about("Reading " + file)
          .expected("ONNX IR version " + OLDEST_IR + " or newer")
          .found(
              model.getIrVersion(),
              "Convert the model with ONNX's version converter, or export it again.");
    }
    UniqueInitializers.require(model);
    return new OnnxFile(ExternalData.inline(model, file), model.getTrainingInfoCount() > 0);
  }

  /** A name for people: that of the file, or of its folder when the file is just called model. */
  public static String modelName(Path file) {
    Path absolute = file.toAbsolutePath().normalize();
    String name = absolute.getFileName().toString().replaceFirst("\\.onnx$", "");
    Path folder = absolute.getParent();
    boolean generic = name.equals("model") && folder != null && folder.getFileName() != null;
    return generic ? folder.getFileName().toString() : name;
  }

  private static byte[] readBytes(Path file) {
    if (!Files.isRegularFile(file)) {
      throw BadInputException.about("Reading the model")
          .expected("an ONNX file")
          .found("nothing of that kind at " + file);
    }
    try {
      return WholeFile.read(file.toString(), file, MAX_FILE_BYTES);
    } catch (IOException e) {
      throw BadInputException.about("Reading " + file).expected("a readable file").found(e);
    }
  }

  private static ModelProto parse(Path file, byte[] bytes) {
    CodedInputStream in = UnsafeByteOperations.unsafeWrap(bytes).newCodedInput();
    in.enableAliasing(true);
    in.setSizeLimit(Integer.MAX_VALUE);
    try {
      ModelProto model = ModelProto.parseFrom(in);
      in.checkLastTagWas(0);
      return model;
    } catch (InvalidProtocolBufferException e) {
      throw notOnnx(file, Printable.reason(e), e);
    } catch (IOException e) {
      throw notOnnx(file, e.toString(), e);
    }
  }

  private static BadInputException notOnnx(Path file, String found, Throwable cause) {
    return BadInputException.about("Reading " + file)
        .expected("a whole ONNX model")
        .because(cause)
        .found(found, "The file is truncated, damaged, or of another kind.");
  }
}
