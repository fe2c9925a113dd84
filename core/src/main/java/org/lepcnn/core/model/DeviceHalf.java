/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.field.ResidueField;
import org.lepcnn.core.io.BodyReader;
import org.lepcnn.core.io.BodyWriter;
import org.lepcnn.core.io.CheckedFile;
import org.lepcnn.core.quant.ActivationRange;
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
 * @param preprocessing how a picture becomes the one input; null where nobody said
 * @param naming how the scores are told; null where nobody said
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
    int batch,
    @Nullable Preprocessing preprocessing,
    @Nullable Naming naming) {

  static final int MAGIC = 0x4c455044; // "LEPD"
  static final int OLDEST_VERSION = 1;
  static final int VERSION = 5;
  private static final int VERSION_OF_WEIGHT_BITS = 2;
  private static final int VERSION_OF_FIELDS = 3;
  private static final int VERSION_OF_BATCH = 4;
  private static final int VERSION_OF_PICTURES = 5;

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
   * @param range the integers that it is quantized to
   */
  public record TensorBinding(String value, ActivationRange range) {
    /** A tensor of any numbers: quantized magnitudes are at most 2^(bits−1) − 1. */
    public TensorBinding(String value, int bits) {
      this(value, ActivationRange.signed(bits));
    }

    /** Bits of a quantized number. */
    public int bits() {
      return range.bits();
    }
  }

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
   * @param lift per output channel n, where the layer's tensor has no negative numbers: y is the
   *     one of −n … p − 1 − n that is congruent to the result. Empty for other tensors: there y is
   *     the centred residue
   */
  public record LayerBinding(
      String name,
      String op,
      String output,
      long[] outputShape,
      float[] weightScales,
      float[] bias,
      int[] lift) {
    /** A layer whose results are centred residues. */
    public LayerBinding(
        String name,
        String op,
        String output,
        long[] outputShape,
        float[] weightScales,
        float[] bias) {
      this(name, op, output, outputShape, weightScales, bias, new int[0]);
    }
  }

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
   * @param field what it is computed in
   * @param signed whether its activations may be negative
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
      long maxAbsWeightSum,
      ResidueField field,
      boolean signed) {
    /** Some multiplications, nobody knows how many. */
    public static final long UNKNOWN_MACS = -1;

    /** A layer modulo 2³¹ − 1 whose activations may be negative, or one of the device. */
    public LayerReport(
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
      this(
          name,
          op,
          shape,
          macs,
          bits,
          round,
          reason,
          bytesUp,
          bytesDown,
          weightLimit,
          maxAbsWeightSum,
          ResidueField.P31,
          true);
    }

    public boolean offloaded() {
      return round >= 0;
    }

    /** Bits that a weight takes, sign included: 8 to 12; 0 when not offloaded or not known. */
    public int weightBits() {
      return weightLimit == 0 ? 0 : Integer.SIZE - Integer.numberOfLeadingZeros(weightLimit) + 1;
    }

    /**
     * How many times larger a sum could be before it wraps around, as a binary logarithm; never
     * negative; 0 when not known.
     */
    public double headroomBits() {
      return new Headroom(field, signed).bitsLeft(bits, maxAbsWeightSum);
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

  /** A model that takes tensors and gives tensors. */
  public DeviceHalf(
      String modelName,
      List<ValueSpec> inputs,
      List<ValueSpec> outputs,
      Plan plan,
      List<TensorBinding> tensors,
      List<LayerBinding> layers,
      List<Stage> stages,
      List<LayerReport> report,
      int batch) {
    this(modelName, inputs, outputs, plan, tensors, layers, stages, report, batch, null, null);
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
    if (batch < 1) {
      throw BadInputException.about("Device half: batch").expected("at least 1").found(batch);
    }
    requireRows(inputs, batch);
    requireRows(outputs, batch);
    if (preprocessing != null) {
      requireCount("inputs with preprocessing", 1, inputs.size());
      preprocessing.requireFits(row(inputs.get(0), batch));
    }
    if (naming != null && outputs.stream().noneMatch(o -> o.name().equals(naming.output()))) {
      throw BadInputException.about("Device half: names of classes")
          .expected("an output of the model")
          .found("'" + naming.output() + "'");
    }
    for (LinearLayerSpec layer : plan.layers()) {
      LayerBinding binding = layers.get(layer.index());
      boolean signed = tensors.get(layer.tensorId()).range().signed();
      requireCount(
          "lifts of " + binding.name(),
          signed ? 0 : layer.geometry().outChannels(),
          binding.lift().length);
      requireLift(binding, plan.field(layer));
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
      if (batch > 1 && (value.shape().length == 0 || value.shape()[0] % batch != 0)) {
        throw BadInputException.about("Device half: first dimension of " + value.name())
            .expected("a multiple of the batch of " + batch)
            .found(Arrays.toString(value.shape()));
      }
    }
  }

  private static void requireLift(LayerBinding binding, ResidueField field) {
    for (int below : binding.lift()) {
      if (!field.isCanonical(below)) {
        throw BadInputException.about("Device half: lifts of " + binding.name())
            .expected("0 to " + (field.modulus() - 1))
            .found(below);
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
    return batch == 1 ? values : values.stream().map(value -> row(value, batch)).toList();
  }

  private static ValueSpec row(ValueSpec value, int batch) {
    if (batch == 1) {
      return value;
    }
    long[] shape = value.shape().clone();
    shape[0] /= batch;
    return new ValueSpec(value.name(), value.onnxType(), shape);
  }

  /** The same model, which takes pictures or tells names, or neither. */
  public DeviceHalf with(@Nullable Preprocessing pictures, @Nullable Naming names) {
    return new DeviceHalf(
        modelName, inputs, outputs, plan, tensors, layers, stages, report, batch, pictures, names);
  }

  /** The oldest version that can hold it. */
  private int version() {
    if (preprocessing != null || naming != null) {
      return VERSION_OF_PICTURES;
    }
    if (batch > 1) {
      return VERSION_OF_BATCH;
    }
    if (plan.namesFields() || tensors.stream().anyMatch(tensor -> !tensor.range().signed())) {
      return VERSION_OF_FIELDS;
    }
    return report.stream().anyMatch(line -> line.weightLimit() > 0)
        ? VERSION_OF_WEIGHT_BITS
        : OLDEST_VERSION;
  }

  /** The file's bytes. */
  public byte[] toFile() {
    int version = version();
    boolean fields = version >= VERSION_OF_FIELDS;
    BodyWriter body = new BodyWriter();
    body.string(modelName);
    writeValues(body, inputs);
    writeValues(body, outputs);
    plan.write(body, fields);
    for (TensorBinding tensor : tensors) {
      body.string(tensor.value()).int32(tensor.bits());
      if (fields) {
        writeBoolean(body, tensor.range().signed());
      }
    }
    for (LayerBinding layer : layers) {
      body.string(layer.name())
          .string(layer.op())
          .string(layer.output())
          .longs(layer.outputShape());
      body.floats(layer.weightScales()).floats(layer.bias());
      if (fields) {
        body.int32(layer.lift().length);
        Arrays.stream(layer.lift()).forEach(body::int32);
      }
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
      if (fields) {
        body.int32(line.field().bits());
        writeBoolean(body, line.signed());
      }
    }
    if (version >= VERSION_OF_BATCH) {
      body.int32(batch);
    }
    if (version >= VERSION_OF_PICTURES) {
      writeBoolean(body, preprocessing != null);
      if (preprocessing != null) {
        preprocessing.write(body);
      }
      writeBoolean(body, naming != null);
      if (naming != null) {
        naming.write(body);
      }
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
    boolean fields = content.version() >= VERSION_OF_FIELDS;
    Plan plan = Plan.read(in, fields);
    List<TensorBinding> tensors = new ArrayList<>();
    for (int i = 0; i < plan.tensors().size(); i++) {
      String value = in.string();
      int bits = in.int32();
      tensors.add(new TensorBinding(value, new ActivationRange(!fields || readBoolean(in), bits)));
    }
    List<LayerBinding> layers = new ArrayList<>();
    for (int i = 0; i < plan.layers().size(); i++) {
      layers.add(
          new LayerBinding(
              in.string(),
              in.string(),
              in.string(),
              in.longs(),
              in.floats(),
              in.floats(),
              fields ? readInts(in) : new int[0]));
    }
    List<Stage> stages = new ArrayList<>();
    for (int i = 0; i <= plan.rounds(); i++) {
      stages.add(new Stage(in.bytes(), in.list(in::string), in.list(in::string)));
    }
    List<LayerReport> report = in.list(() -> readLine(in, content.version()));
    int batch = content.version() >= VERSION_OF_BATCH ? in.int32() : 1;
    boolean pictures = content.version() >= VERSION_OF_PICTURES;
    Preprocessing preprocessing = pictures && readBoolean(in) ? Preprocessing.read(in) : null;
    Naming naming = pictures && readBoolean(in) ? Naming.read(in) : null;
    in.end();
    return new DeviceHalf(
        modelName,
        inputs,
        outputs,
        plan,
        tensors,
        layers,
        stages,
        report,
        batch,
        preprocessing,
        naming);
  }

  private static LayerReport readLine(BodyReader in, int version) {
    boolean weights = version >= VERSION_OF_WEIGHT_BITS;
    boolean fields = version >= VERSION_OF_FIELDS;
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
        weights ? in.int64() : 0,
        fields ? Plan.readField(in) : ResidueField.P31,
        !fields || readBoolean(in));
  }

  private static void writeBoolean(BodyWriter body, boolean value) {
    body.int32(value ? 1 : 0);
  }

  static boolean readBoolean(BodyReader in) {
    int value = in.int32();
    if (value != 0 && value != 1) {
      throw in.corrupt(value + " where there can be 0 or 1");
    }
    return value == 1;
  }

  private static int[] readInts(BodyReader in) {
    return in.list(in::int32).stream().mapToInt(Integer::intValue).toArray();
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
