/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.gateway.mqtt;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.text.Printable;
import org.lepcnn.device.stage.HostTensor;
import org.lepcnn.gateway.input.Inputs;
import org.lepcnn.gateway.protocol.DoorAnswer;
import org.lepcnn.gateway.protocol.InferRequest;
import org.lepcnn.gateway.protocol.InferRequestReader;
import org.lepcnn.gateway.protocol.RefusedRequestException;
import org.lepcnn.gateway.protocol.ServedModel;
import org.lepcnn.gateway.protocol.Statuses;

/**
 * Reads the payload of a message, by its content type: a body of the Open Inference Protocol, with
 * or without tensors behind its JSON, or for a model of one input a picture or an array of NumPy's.
 */
final class PayloadReader {
  /** The content type of {@code .npy}. */
  static final String NPY = "application/x-npy";

  private static final String PICTURE = "image/";
  private static final String JSON = "application/json";
  private static final String BINARY = "application/octet-stream";

  private PayloadReader() {}

  /**
   * Reads a payload.
   *
   * @throws BadInputException it is no request for this model
   * @throws RefusedRequestException its content type is none that the door knows
   */
  static InferRequest read(ServedModel model, SensorMessage message) {
    String type = type(message.contentType());
    if (type.startsWith(PICTURE)) {
      return bare(model, Inputs.picture(message.payload(), model.inputs(), model.preprocessing()));
    }
    return switch (type) {
      case NPY -> bare(model, array(model, message.payload()));
      case JSON, BINARY -> InferRequestReader.read(model, message.payload(), jsonBytes(message));
      default ->
          throw RefusedRequestException.about(
                  Statuses.UNSUPPORTED_ENCODING, "Content type of a request")
              .expected(JSON + ", " + BINARY + ", " + NPY + " or a picture's")
              .found("'" + Printable.name(type) + "'");
    };
  }

  /** Without parameters such as a character set; JSON where nothing is said. */
  private static String type(@Nullable String contentType) {
    if (contentType == null) {
      return JSON;
    }
    int end = contentType.indexOf(';');
    String type = end < 0 ? contentType : contentType.substring(0, end);
    return type.strip().toLowerCase(Locale.ROOT);
  }

  /** All outputs of the model, for a payload that is its only input. */
  private static InferRequest bare(ServedModel model, Map<String, HostTensor> inputs) {
    List<InferRequest.Output> outputs =
        model.outputs().stream()
            .map(output -> new InferRequest.Output(output.name(), false))
            .toList();
    return new InferRequest(null, inputs, outputs);
  }

  private static Map<String, HostTensor> array(ServedModel model, byte[] payload) {
    List<Map<String, HostTensor>> rows = Inputs.array(payload, model.inputs());
    if (rows.size() != 1) {
      throw BadInputException.about("Array of a request")
          .expected("one input")
          .found(rows.size(), "Send a message for each.");
    }
    return rows.get(0);
  }

  /** How much of a payload is JSON: all of it, unless a user property says less. */
  static int jsonBytes(SensorMessage message) {
    try {
      return message.jsonBytes() == null
          ? message.payload().length
          : Integer.parseInt(message.jsonBytes().strip());
    } catch (NumberFormatException e) {
      throw BadInputException.about("User property " + DoorAnswer.JSON_LENGTH)
          .expected("a number of bytes")
          .found("another text");
    }
  }
}
