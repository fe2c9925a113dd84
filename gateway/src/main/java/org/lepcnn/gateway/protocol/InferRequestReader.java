/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.gateway.protocol;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.model.DeviceHalf.ValueSpec;
import org.lepcnn.core.model.Naming;
import org.lepcnn.core.text.Printable;
import org.lepcnn.device.stage.HostTensor;
import org.lepcnn.gateway.picture.PictureReader;

/**
 * Reads the body of a request for inference: a JSON object, and behind it the tensors that are in
 * binary form, in the order in which the object names them. The object is read once, token by
 * token; nothing is allocated for a tensor before its name, type and dimensions are the model's.
 *
 * <p>Members and parameters that the door does not know are passed over, as the protocol wants it.
 */
public final class InferRequestReader {
  private static final int MAX_DEPTH = 64;
  private static final int MAX_DIMENSIONS = 64;
  private static final String BASE64 = "base64";
  private static final JsonFactory JSON =
      JsonFactory.builder()
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(MAX_DEPTH).build())
          .build();

  private final ServedModel model;
  private final byte[] body;
  private final int jsonBytes;
  private final JsonParser json;

  private final Map<String, HostTensor> inputs = new LinkedHashMap<>();
  private final List<AskedOutput> outputs = new ArrayList<>();
  private @Nullable String id;
  private boolean binaryOutputs;
  private int binaryAt;

  /**
   * An output as it is asked for.
   *
   * @param binary null when the request's parameter decides
   * @param classes as in {@link InferRequest.Output}
   */
  private record AskedOutput(String name, @Nullable Boolean binary, int classes) {}

  private InferRequestReader(ServedModel model, byte[] body, int jsonBytes) throws IOException {
    this.model = model;
    this.body = body;
    this.jsonBytes = jsonBytes;
    this.json = JSON.createParser(body, 0, jsonBytes);
    this.binaryAt = jsonBytes;
  }

  /**
   * Reads a body.
   *
   * @param jsonBytes how much of it is JSON
   * @throws BadInputException it is no request for this model
   */
  public static InferRequest read(ServedModel model, byte[] body, int jsonBytes) {
    if (jsonBytes < 0 || jsonBytes > body.length) {
      throw BadInputException.about("Header " + DoorAnswer.JSON_LENGTH)
          .expected("at most the " + body.length + " bytes of the body")
          .found(jsonBytes);
    }
    try {
      InferRequestReader reader = new InferRequestReader(model, body, jsonBytes);
      try (JsonParser parser = reader.json) {
        return reader.request();
      } catch (JsonProcessingException e) { // whose message may quote a tensor
        throw BadInputException.about("Request for inference")
            .expected("one JSON object")
            .found("another text at byte " + reader.json.currentLocation().getByteOffset());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e); // of a parser on memory
    }
  }

  private InferRequest request() throws IOException {
    require(json.nextToken() == JsonToken.START_OBJECT, "Request for inference", "a JSON object");
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String member = json.currentName();
      json.nextToken();
      switch (member) {
        case "id" -> id = text("Member id");
        case "parameters" -> parameters();
        case "inputs" -> objects("inputs", this::input);
        case "outputs" -> objects("outputs", this::output);
        default -> json.skipChildren();
      }
    }
    require(json.nextToken() == null, "Request for inference", "nothing behind the JSON object");
    if (binaryAt != body.length) {
      throw BadInputException.about("Binary data behind the JSON")
          .expected((binaryAt - jsonBytes) + " bytes, as the inputs say")
          .found(body.length - jsonBytes);
    }
    requireAllInputs();
    return new InferRequest(id == null || id.isEmpty() ? null : id, inputs, outputs());
  }

  private void requireAllInputs() {
    Set<String> missing = new TreeSet<>();
    model.inputs().forEach(input -> missing.add(input.name()));
    missing.removeAll(inputs.keySet());
    if (!missing.isEmpty()) {
      throw BadInputException.about("Request for inference")
          .expected("every input of the model")
          .found("none for " + missing);
    }
  }

  /** Without outputs that are asked for, all of them. */
  private List<InferRequest.Output> outputs() {
    if (outputs.isEmpty()) {
      return model.outputs().stream()
          .map(output -> new InferRequest.Output(output.name(), binaryOutputs))
          .toList();
    }
    return outputs.stream()
        .map(
            output ->
                new InferRequest.Output(
                    output.name(),
                    output.binary() == null ? binaryOutputs : output.binary(),
                    output.classes()))
        .toList();
  }

  private void parameters() throws IOException {
    requireObject("Member parameters");
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String parameter = json.currentName();
      json.nextToken();
      if (parameter.equals("binary_data_output")) {
        binaryOutputs = truth(parameter);
      } else {
        json.skipChildren();
      }
    }
  }

  /** Reads an object whose first brace is the token. */
  private interface ObjectReader {
    void read() throws IOException;
  }

  private void objects(String member, ObjectReader reader) throws IOException {
    require(json.currentToken() == JsonToken.START_ARRAY, "Member " + member, "an array");
    while (json.nextToken() != JsonToken.END_ARRAY) {
      requireObject("Member " + member);
      reader.read();
    }
  }

  private void output() throws IOException {
    String name = null;
    AskedOutput asked = new AskedOutput("", null, 0);
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String member = json.currentName();
      json.nextToken();
      switch (member) {
        case "name" -> name = text("Name of an output");
        case "parameters" -> asked = outputParameters();
        default -> json.skipChildren();
      }
    }
    String found = name;
    if (found == null || model.outputs().stream().noneMatch(o -> o.name().equals(found))) {
      throw BadInputException.about("Request for inference")
          .expected("outputs of " + model.outputs().stream().map(ValueSpec::name).toList())
          .found(named(found));
    }
    if (outputs.stream().anyMatch(output -> output.name().equals(found))) {
      throw BadInputException.about("Request for inference")
          .expected("each output once")
          .found("'" + found + "' twice");
    }
    requireClasses(found, asked.classes());
    outputs.add(new AskedOutput(found, asked.binary(), asked.classes()));
  }

  /** Classes are told of the scores alone that the bundle has names for. */
  private void requireClasses(String output, int classes) {
    Naming naming = model.naming();
    if (classes > 0 && (naming == null || !naming.output().equals(output))) {
      throw BadInputException.about("Parameter classification of output '" + output + "'")
          .expected(
              naming == null
                  ? "a model whose bundle names classes"
                  : "it at output '" + naming.output() + "'")
          .found("it");
    }
  }

  /** What the parameters of an output say, without its name. */
  private AskedOutput outputParameters() throws IOException {
    requireObject("Parameters of an output");
    Boolean binary = null;
    int classes = 0;
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String parameter = json.currentName();
      json.nextToken();
      switch (parameter) {
        case "binary_data" -> binary = truth(parameter);
        case "classification" -> {
          require(
              json.currentToken() == JsonToken.VALUE_NUMBER_INT
                  && json.getIntValue() >= 0
                  && json.getIntValue() <= Naming.MOST_TOP,
              "Parameter " + parameter,
              "a number of classes, at most " + Naming.MOST_TOP);
          classes = json.getIntValue();
        }
        default -> json.skipChildren();
      }
    }
    return new AskedOutput("", binary, classes);
  }

  /** What an input says of itself before its data are read. */
  private static final class Header {
    @Nullable String name;
    @Nullable String datatype;
    long @Nullable [] shape;

    boolean isComplete() {
      return name != null && datatype != null && shape != null;
    }
  }

  private void input() throws IOException {
    Header header = new Header();
    InputParameters parameters = new InputParameters(-1, false);
    HostTensor tensor = null;
    long dataAt = -1;
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String member = json.currentName();
      json.nextToken();
      switch (member) {
        case "name" -> header.name = text("Name of an input");
        case "datatype" -> header.datatype = text("Datatype of an input");
        case "shape" -> header.shape = shape();
        case "parameters" -> parameters = inputParameters();
        case "data" -> {
          require(json.currentToken() == JsonToken.START_ARRAY, "Data of an input", "an array");
          dataAt = json.currentTokenLocation().getByteOffset();
          if (header.isComplete() && !isPicture(header)) {
            tensor = JsonElements.read(json, spec(header));
          } else {
            json.skipChildren();
          }
        }
        default -> json.skipChildren();
      }
    }
    ValueSpec spec = spec(header);
    require(
        dataAt >= 0 != parameters.binaryBytes() >= 0,
        "Input '" + spec.name() + "'",
        "data, or else the parameter binary_data_size");
    if (isPicture(header)) {
      tensor =
          dataAt >= 0
              ? picture(spec, base64((int) dataAt, parameters))
              : picture(spec, element(spec, behind(parameters.binaryBytes(), spec)));
    } else if (tensor == null) {
      tensor =
          dataAt >= 0
              ? dataThatCameFirst((int) dataAt, spec)
              : BinaryElements.read(behind(parameters.binaryBytes(), spec), spec);
    }
    inputs.put(spec.name(), tensor);
  }

  /** Whether an input is the file of a picture, where the bundle says what becomes of it. */
  private boolean isPicture(Header header) {
    return model.preprocessing() != null
        && Datatype.BYTES.name().equals(header.datatype)
        && model.inputs().stream()
            .noneMatch(
                input -> input.name().equals(header.name) && Datatype.of(input) == Datatype.BYTES);
  }

  private HostTensor picture(ValueSpec spec, byte[] file) {
    return PictureReader.of(Objects.requireNonNull(model.preprocessing()), spec)
        .read("the picture of input '" + spec.name() + "'", file);
  }

  /** The one element of a tensor of BYTES in the binary form. */
  private static byte[] element(ValueSpec spec, ByteBuffer bytes) {
    ByteBuffer in = bytes.order(ByteOrder.LITTLE_ENDIAN);
    long length = in.remaining() < Integer.BYTES ? -1 : Integer.toUnsignedLong(in.getInt());
    if (length != in.remaining()) {
      throw BadInputException.about("Binary data of input '" + spec.name() + "'")
          .expected("one picture: its length in four bytes, and as many bytes")
          .found("another length");
    }
    byte[] file = new byte[in.remaining()];
    in.get(file);
    return file;
  }

  /** The one element of a tensor of BYTES in JSON, which has no bytes. */
  private byte[] base64(int at, InputParameters parameters) throws IOException {
    if (!parameters.base64()) {
      throw BadInputException.about("Data of an input of type BYTES")
          .expected("the parameter content_type \"" + BASE64 + "\" beside a picture")
          .found("none", "Or send the picture as a binary tensor.");
    }
    try (JsonParser again = JSON.createParser(body, at, jsonBytes - at)) {
      int depth = 0;
      while (again.nextToken() == JsonToken.START_ARRAY) {
        depth++;
      }
      require(
          again.currentToken() == JsonToken.VALUE_STRING, "Data of an input", "a text in base64");
      byte[] file = decoded(again);
      for (; depth > 0; depth--) {
        require(again.nextToken() == JsonToken.END_ARRAY, "Data of an input", "one element");
      }
      return file;
    }
  }

  private static byte[] decoded(JsonParser text) throws IOException {
    try {
      return text.getBinaryValue();
    } catch (JsonProcessingException e) { // whose message quotes it
      throw BadInputException.about("Data of an input")
          .expected("a text in base64")
          .found("another text");
    }
  }

  /** Data that stand before what says their type: they are read when that is known. */
  private HostTensor dataThatCameFirst(int at, ValueSpec spec) throws IOException {
    try (JsonParser again = JSON.createParser(body, at, jsonBytes - at)) {
      again.nextToken();
      return JsonElements.read(again, spec);
    }
  }

  /** Binary data: the next behind the JSON. */
  private ByteBuffer behind(int bytes, ValueSpec spec) {
    if (bytes > body.length - binaryAt) {
      throw BadInputException.about("Binary data of input '" + spec.name() + "'")
          .expected(bytes + " bytes behind the JSON")
          .found(
              body.length - binaryAt,
              "The header " + DoorAnswer.JSON_LENGTH + " says where the JSON ends.");
    }
    ByteBuffer data = ByteBuffer.wrap(body, binaryAt, bytes);
    binaryAt += bytes;
    return data;
  }

  /** The model's input of a name, whose type and dimensions are those of the header. */
  private ValueSpec spec(Header header) {
    ValueSpec spec =
        model.inputs().stream()
            .filter(input -> input.name().equals(header.name))
            .findFirst()
            .orElseThrow(
                () ->
                    BadInputException.about("Request for inference")
                        .expected("inputs " + model.inputs().stream().map(ValueSpec::name).toList())
                        .found(named(header.name)));
    if (inputs.containsKey(spec.name())) {
      throw BadInputException.about("Request for inference")
          .expected("each input once")
          .found("'" + spec.name() + "' twice");
    }
    if (isPicture(header)) {
      long[] shape = header.shape == null ? new long[0] : header.shape;
      if (Arrays.stream(shape).anyMatch(size -> size != 1)) {
        throw BadInputException.about("Input '" + spec.name() + "'")
            .expected("one picture, with dimensions [1]")
            .found("dimensions " + Arrays.toString(shape));
      }
      return spec;
    }
    Datatype type = Datatype.of(spec);
    if (!type.name().equals(header.datatype) || !Arrays.equals(spec.shape(), header.shape)) {
      throw BadInputException.about("Input '" + spec.name() + "'")
          .expected(type + " with dimensions " + Arrays.toString(spec.shape()))
          .found(
              Printable.name(String.valueOf(header.datatype))
                  + " with dimensions "
                  + Arrays.toString(header.shape));
    }
    return spec;
  }

  private static String named(@Nullable String name) {
    return name == null ? "one without a name" : "'" + Printable.name(name) + "'";
  }

  private long[] shape() throws IOException {
    require(json.currentToken() == JsonToken.START_ARRAY, "Shape of an input", "an array");
    long[] shape = new long[MAX_DIMENSIONS];
    int dimensions = 0;
    while (json.nextToken() != JsonToken.END_ARRAY) {
      require(
          dimensions < MAX_DIMENSIONS && json.currentToken() == JsonToken.VALUE_NUMBER_INT,
          "Shape of an input",
          "at most " + MAX_DIMENSIONS + " whole numbers");
      shape[dimensions] = json.getLongValue();
      dimensions++;
    }
    return Arrays.copyOf(shape, dimensions);
  }

  /**
   * What the parameters of an input say.
   *
   * @param binaryBytes of a binary tensor; −1 when it is none
   * @param base64 whether bytes in JSON are in base64
   */
  private record InputParameters(int binaryBytes, boolean base64) {}

  private InputParameters inputParameters() throws IOException {
    requireObject("Parameters of an input");
    int bytes = -1;
    boolean base64 = false;
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String parameter = json.currentName();
      json.nextToken();
      switch (parameter) {
        case "binary_data_size" -> {
          require(
              json.currentToken() == JsonToken.VALUE_NUMBER_INT && json.getIntValue() >= 0,
              "Parameter " + parameter,
              "a number of bytes");
          bytes = json.getIntValue();
        }
        case "content_type" ->
            base64 = json.currentToken() == JsonToken.VALUE_STRING && json.getText().equals(BASE64);
        default -> json.skipChildren();
      }
    }
    return new InputParameters(bytes, base64);
  }

  private String text(String what) throws IOException {
    require(json.currentToken() == JsonToken.VALUE_STRING, what, "a string");
    return json.getText();
  }

  private boolean truth(String parameter) {
    boolean known =
        json.currentToken() == JsonToken.VALUE_TRUE || json.currentToken() == JsonToken.VALUE_FALSE;
    require(known, "Parameter " + parameter, "true or false");
    return json.currentToken() == JsonToken.VALUE_TRUE;
  }

  private void requireObject(String what) {
    require(json.currentToken() == JsonToken.START_OBJECT, what, "an object");
  }

  private void require(boolean holds, String what, String expected) {
    if (!holds) {
      throw BadInputException.about(what).expected(expected).found("something else");
    }
  }
}
