/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.io.BodyReader;
import org.lepcnn.core.io.BodyWriter;
import org.lepcnn.core.io.CheckedFile;
import org.lepcnn.core.quant.Headroom;

/**
 * What a device holds of a model: the plan, the device stages, and how values enter and leave the
 * offload rounds. It needs no weights of offloaded layers.
 *
 * <p>A pass alternates stage 0, round 0, stage 1, round 1, …, stage {@code rounds}. A stage reads
 * values by name and adds its outputs; a round takes the values that {@link TensorBinding}s name
 * and adds the outputs of its layers.
 *
 * @param modelName for people
 * @param inputs what the application provides
 * @param outputs what it gets, in order
 * @param plan the rounds
 * @param tensors per masked tensor of the plan
 * @param layers per linear layer of the plan
 * @param stages {@code plan.rounds() + 1} of them
 * @param report every layer of the model that multiplies, offloaded or not
 * @param batch inputs of a pass: the rows of the first dimension of every input and output, and
 *     equal parts, one after the other, of every masked tensor and layer result
 */
public record DeviceHalf(
    String modelName,
    List<ValueSpec> inputs,
    List<ValueSpec> outputs,
    Plan plan,
    List<TensorBinding> tensors,
    List<LayerBinding> layers,
    List<Stage> stages,
    List<LayerReport> report,
    int batch) {

  static final int MAGIC = 0x4c455044; // "LEPD"
  static final int OLDEST_VERSION = 1;
  static final int VERSION = 4;
  private static final int VERSION_OF_WEIGHT_BITS = 2;
  private static final int VERSION_OF_BATCH = 4;

  /**
   * A named value of the model.
   *
   * @param onnxType ONNX's {@code TensorProto.DataType} number; 1 is float32
   * @param shape concrete dimensions
   */
  public record ValueSpec(String name, int onnxType, long[] shape) {}

  /**
   * How a masked tensor is made.
   *
   * @param value the float32 value that is quantized and masked
   * @param bits b: quantized magnitudes are at most 2^(b−1) − 1; 8 to 22
   */
  public record TensorBinding(String value, int bits) {}

  /**
   * How a linear layer's result becomes a value: y · s_x · weightScales[oc] + bias[oc].
   *
   * @param name the layer's name in the model
   * @param op the ONNX operator it came from
   * @param output the float32 value that it produces
   * @param outputShape that value's dimensions; its elements in row-major order are the planar
   *     output
   * @param weightScales per output channel
   * @param bias per output channel
   */
  public record LayerBinding(
      String name,
      String op,
      String output,
      long[] outputShape,
      float[] weightScales,
      float[] bias) {}

  /**
   * An ONNX sub-model that the device runs.
   *
   * @param onnx the serialized model; empty when there is nothing to run
   * @param inputs values it reads
   * @param outputs values it adds
   */
  public record Stage(byte[] onnx, List<String> inputs, List<String> outputs) {
    public Stage {
      inputs = List.copyOf(inputs);
      outputs = List.copyOf(outputs);
    }

    public boolean isEmpty() {
      return onnx.length == 0;
    }
  }

  /**
   * A line of the import report.
   *
   * @param name the layer's name in the model
   * @param op the ONNX operator
   * @param shape for people, such as {@code 16x1x3x3}
   * @param macs multiplications; {@link #UNKNOWN_MACS} where shapes are not known
   * @param bits activation bits; 0 when not offloaded
   * @param round −1 when not offloaded
   * @param reason empty when offloaded, else why not
   * @param bytesUp bytes of its masked tensor, 0 when another layer's report line already counts it
   * @param bytesDown bytes of its result
   * @param weightLimit the largest magnitude that weights are rounded to, in the output channel
   *     where it is smallest: 127 (8 bits) to 2047 (12 bits); 0 when not offloaded or not known
   * @param maxAbsWeightSum the largest Σ|W| over the output channels, which the proof against
   *     wrap-around rests on; 0 when not offloaded or not known
   */
  public record LayerReport(
      String name,
      String op,
      String shape,
      long macs,
      int bits,
      int round,
      String reason,
      long bytesUp,
      long bytesDown,
      int weightLimit,
      long maxAbsWeightSum) {
    /** Some multiplications, nobody knows how many. */
    public static final long UNKNOWN_MACS = -1;

    public boolean offloaded() {
      return round >= 0;
    }

    /** Bits that a weight takes, sign included: 8 to 12; 0 when not offloaded or not known. */
    public int weightBits() {
      return weightLimit == 0 ? 0 : Integer.SIZE - Integer.numberOfLeadingZeros(weightLimit) + 1;
    }

    /**
     * How many times larger a sum could be before it wraps around, as a binary logarithm: log2 of
     * (p−1)/2 over (2^(bits−1) − 1) · maxAbsWeightSum; never negative; 0 when not known.
     */
    public double headroomBits() {
      return maxAbsWeightSum == 0 ? 0 : Headroom.bitsLeft(bits, maxAbsWeightSum);
    }
  }

  /** A model of one input a pass. */
  public DeviceHalf(
      String modelName,
      List<ValueSpec> inputs,
      List<ValueSpec> outputs,
      Plan plan,
      List<TensorBinding> tensors,
      List<LayerBinding> layers,
      List<Stage> stages,
      List<LayerReport> report) {
    this(modelName, inputs, outputs, plan, tensors, layers, stages, report, 1);
  }

  public DeviceHalf {
    inputs = List.copyOf(inputs);
    outputs = List.copyOf(outputs);
    tensors = List.copyOf(tensors);
    layers = List.copyOf(layers);
    stages = List.copyOf(stages);
    report = List.copyOf(report);
    requireCount("masked tensors", plan.tensors().size(), tensors.size());
    requireCount("layers", plan.layers().size(), layers.size());
    requireCount("stages", plan.rounds() + 1, stages.size());
    for (TensorBinding tensor : tensors) {
      if (tensor.bits() < 2 || tensor.bits() > 22) {
        throw BadInputException.about("Device half: activation bits must be 2 to 22")
            .found(tensor.bits() + " for " + tensor.value());
      }
    }
    requireRows(inputs, batch);
    requireRows(outputs, batch);
    for (LinearLayerSpec layer : plan.layers()) {
      LayerBinding binding = layers.get(layer.index());
      requireCount(
          "weight scales of " + binding.name(),
          layer.geometry().outChannels(),
          binding.weightScales().length);
      requireCount(
          "biases of " + binding.name(), layer.geometry().outChannels(), binding.bias().length);
      if (layer.geometry().batch() % batch != 0) {
        throw BadInputException.about("Device half: images of " + binding.name())
            .expected("a multiple of the batch of " + batch)
            .found(layer.geometry().batch());
      }
    }
  }

  private static void requireRows(List<ValueSpec> values, int batch) {
    for (ValueSpec value : values) {
      if (batch < 1
          || (batch > 1 && (value.shape().length == 0 || value.shape()[0] % batch != 0))) {
        throw BadInputException.about("Device half: first dimension of " + value.name())
            .expected("a multiple of the batch of " + batch)
            .found(Arrays.toString(value.shape()));
      }
    }
  }

  /** Inputs as one row of a pass has them. */
  public List<ValueSpec> rowInputs() {
    return rows(inputs);
  }

  /** Outputs as one row of a pass has them. */
  public List<ValueSpec> rowOutputs() {
    return rows(outputs);
  }

  private List<ValueSpec> rows(List<ValueSpec> values) {
    return batch == 1 ? values : values.stream().map(this::row).toList();
  }

  private ValueSpec row(ValueSpec value) {
    long[] shape = value.shape().clone();
    shape[0] /= batch;
    return new ValueSpec(value.name(), value.onnxType(), shape);
  }

  /** The oldest version that can hold it. */
  private int version() {
    if (batch > 1) {
      return VERSION_OF_BATCH;
    }
    return report.stream().anyMatch(line -> line.weightLimit() > 0)
        ? VERSION_OF_WEIGHT_BITS
        : OLDEST_VERSION;
  }

  /** The file's bytes. */
  public byte[] toFile() {
    int version = version();
    BodyWriter body = new BodyWriter();
    body.string(modelName);
    writeValues(body, inputs);
    writeValues(body, outputs);
    plan.write(body, false);
    for (TensorBinding tensor : tensors) {
      body.string(tensor.value()).int32(tensor.bits());
    }
    for (LayerBinding layer : layers) {
      body.string(layer.name())
          .string(layer.op())
          .string(layer.output())
          .longs(layer.outputShape());
      body.floats(layer.weightScales()).floats(layer.bias());
    }
    for (Stage stage : stages) {
      body.bytes(stage.onnx());
      writeStrings(body, stage.inputs());
      writeStrings(body, stage.outputs());
    }
    body.int32(report.size());
    for (LayerReport line : report) {
      body.string(line.name())
          .string(line.op())
          .string(line.shape())
          .int64(line.macs())
          .int32(line.bits());
      body.int32(line.round()).string(line.reason()).int64(line.bytesUp()).int64(line.bytesDown());
      if (version >= VERSION_OF_WEIGHT_BITS) {
        body.int32(line.weightLimit()).int64(line.maxAbsWeightSum());
      }
    }
    if (version >= VERSION_OF_BATCH) {
      body.int32(batch);
    }
    return CheckedFile.frame(MAGIC, version, body.toByteArray());
  }

  /**
   * Reads a file's bytes.
   *
   * @param what names the file in errors
   */
  public static DeviceHalf parse(String what, byte[] file) {
    CheckedFile.Content content = CheckedFile.open(what, file, MAGIC, OLDEST_VERSION, VERSION);
    BodyReader in = new BodyReader(what, content.body());
    String modelName = in.string();
    List<ValueSpec> inputs = in.list(() -> readValue(in));
    List<ValueSpec> outputs = in.list(() -> readValue(in));
    Plan plan = Plan.read(in, false);
    List<TensorBinding> tensors = new ArrayList<>();
    for (int i = 0; i < plan.tensors().size(); i++) {
      tensors.add(new TensorBinding(in.string(), in.int32()));
    }
    List<LayerBinding> layers = new ArrayList<>();
    for (int i = 0; i < plan.layers().size(); i++) {
      layers.add(
          new LayerBinding(
              in.string(), in.string(), in.string(), in.longs(), in.floats(), in.floats()));
    }
    List<Stage> stages = new ArrayList<>();
    for (int i = 0; i <= plan.rounds(); i++) {
      stages.add(new Stage(in.bytes(), in.list(in::string), in.list(in::string)));
    }
    List<LayerReport> report = in.list(() -> readLine(in, content.version() > OLDEST_VERSION));
    int batch = content.version() >= VERSION_OF_BATCH ? in.int32() : 1;
    in.end();
    return new DeviceHalf(modelName, inputs, outputs, plan, tensors, layers, stages, report, batch);
  }

  private static LayerReport readLine(BodyReader in, boolean weights) {
    return new LayerReport(
        in.string(),
        in.string(),
        in.string(),
        in.int64(),
        in.int32(),
        in.int32(),
        in.string(),
        in.int64(),
        in.int64(),
        weights ? in.int32() : 0,
        weights ? in.int64() : 0);
  }

  private static void writeValues(BodyWriter body, List<ValueSpec> values) {
    body.int32(values.size());
    for (ValueSpec value : values) {
      body.string(value.name()).int32(value.onnxType()).longs(value.shape());
    }
  }

  private static ValueSpec readValue(BodyReader in) {
    return new ValueSpec(in.string(), in.int32(), in.longs());
  }

  private static void writeStrings(BodyWriter body, List<String> strings) {
    body.int32(strings.size());
    strings.forEach(body::string);
  }

  private static void requireCount(String what, int expected, int found) {
    if (expected != found) {
      throw BadInputException.about("Device half").expected(expected + " " + what).found(found);
    }
  }
}
