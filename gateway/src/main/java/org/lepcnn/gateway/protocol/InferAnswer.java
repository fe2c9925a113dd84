/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.gateway.protocol;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Locale;
import java.util.Objects;
import org.lepcnn.core.model.DeviceHalf.ValueSpec;
import org.lepcnn.device.pass.PassResult;
import org.lepcnn.device.stage.HostTensor;
import org.lepcnn.gateway.picture.RankedClass;

/**
 * The answer to a request for inference: a JSON object, and behind it the outputs that were asked
 * for in binary form. The parameter {@code pass} is the number of the pass in its chain.
 */
public final class InferAnswer {
  private static final JsonFactory JSON = new JsonFactory();

  private final ServedModel model;
  private final InferRequest request;
  private final PassResult result;

  private InferAnswer(ServedModel model, InferRequest request, PassResult result) {
    this.model = model;
    this.request = request;
    this.result = result;
  }

  /** The answer to a request. */
  public static DoorAnswer of(ServedModel model, InferRequest request, PassResult result) {
    InferAnswer answer = new InferAnswer(model, request, result);
    byte[] json = answer.json();
    if (request.outputs().stream().noneMatch(InferRequest.Output::binary)) {
      return DoorAnswer.ofPass(json);
    }
    return DoorAnswer.ofPass(answer.withTensors(json), json.length);
  }

  private byte[] withTensors(byte[] json) {
    long bytes = json.length;
    for (InferRequest.Output output : request.outputs()) {
      bytes += output.binary() ? BinaryElements.bytes(tensor(output)) : 0;
    }
    byte[] body = new byte[Math.toIntExact(bytes)];
    ByteBuffer out = ByteBuffer.wrap(body).order(ByteOrder.LITTLE_ENDIAN).put(json);
    for (InferRequest.Output output : request.outputs()) {
      if (output.binary()) {
        BinaryElements.write(tensor(output), out);
      }
    }
    return body;
  }

  private byte[] json() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(1 << 10);
    try (JsonGenerator json = JSON.createGenerator(bytes)) {
      json.writeStartObject();
      json.writeStringField("model_name", model.name());
      json.writeStringField("model_version", model.version());
      if (request.id() != null) {
        json.writeStringField("id", request.id());
      }
      if (result.pass() >= 0) {
        json.writeObjectFieldStart("parameters");
        json.writeNumberField("pass", result.pass());
        json.writeEndObject();
      }
      json.writeArrayFieldStart("outputs");
      for (InferRequest.Output output : request.outputs()) {
        write(output, json);
      }
      json.writeEndArray();
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e); // of a stream in memory
    }
    return bytes.toByteArray();
  }

  private void write(InferRequest.Output output, JsonGenerator json) throws IOException {
    HostTensor tensor = tensor(output);
    Datatype type = output.classes() > 0 ? Datatype.BYTES : type(output);
    json.writeStartObject();
    json.writeStringField("name", output.name());
    json.writeStringField("datatype", type.name());
    json.writeFieldName("shape");
    long[] shape = tensor.shape();
    json.writeArray(shape, 0, shape.length);
    if (output.binary()) {
      json.writeObjectFieldStart("parameters");
      json.writeNumberField("binary_data_size", BinaryElements.bytes(tensor));
      json.writeEndObject();
    } else {
      json.writeFieldName("data");
      JsonElements.write(tensor, type == Datatype.UINT64, json);
    }
    json.writeEndObject();
  }

  /** A pass gives every output of its model, and a request asks for no other. */
  private HostTensor tensor(InferRequest.Output output) {
    return output.classes() > 0
        ? classes(output)
        : Objects.requireNonNull(result.outputs().get(output.name()));
  }

  /** The best classes as texts, {@code probability:number:name}. */
  private HostTensor classes(InferRequest.Output output) {
    String[] classes =
        RankedClass.of(result.outputs(), Objects.requireNonNull(model.naming()), output.classes())
            .stream()
            .map(
                best ->
                    String.format(Locale.ROOT, "%f:%d", best.score(), best.label())
                        + (best.name() == null ? "" : ":" + best.name()))
            .toArray(String[]::new);
    return HostTensor.of(classes, 1, classes.length);
  }

  private Datatype type(InferRequest.Output output) {
    for (ValueSpec value : model.outputs()) {
      if (value.name().equals(output.name())) {
        return Datatype.of(value);
      }
    }
    throw new IllegalStateException("no output " + output.name());
  }
}
