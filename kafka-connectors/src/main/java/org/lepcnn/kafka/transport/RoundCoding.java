/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.kafka.transport;

import java.util.ArrayList;
import java.util.List;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.model.MaskedTensorSpec;
import org.lepcnn.core.port.RoundRequest;
import org.lepcnn.core.port.RoundResult;
import org.lepcnn.kafka.chunk.RoundShape;
import org.lepcnn.kafka.codec.RequestCodec;

/** A round to its records, and its parts to the result. */
final class RoundCoding {
  private RoundCoding() {}

  /** All records of a round whose tensors are those of the plan. */
  static List<byte[]> encode(RoundRequest request, long lifetimeMillis) {
    List<MaskedTensorSpec> specs = request.plan().tensorsOfRound(request.round());
    if (specs.size() != request.tensors().size()) {
      throw mismatch(
          request, specs.size() + " tensors", Integer.toString(request.tensors().size()));
    }
    List<byte[]> records = new ArrayList<>();
    for (int i = 0; i < specs.size(); i++) {
      records.addAll(encode(request, specs.get(i), request.tensors().get(i), lifetimeMillis));
    }
    return records;
  }

  /** The result, its layers in the shape's order. */
  static RoundResult result(RoundRequest request, RoundShape shape, List<int[]> parts) {
    List<RoundResult.Layer> layers = new ArrayList<>();
    for (int i = 0; i < parts.size(); i++) {
      layers.add(new RoundResult.Layer(shape.id(i), parts.get(i)));
    }
    return new RoundResult(request.pass(), request.round(), layers);
  }

  private static List<byte[]> encode(
      RoundRequest request, MaskedTensorSpec spec, RoundRequest.Tensor tensor, long lifetime) {
    if (tensor.id() != spec.id() || tensor.residues().length < spec.elements()) {
      throw mismatch(
          request,
          "tensor " + spec.id() + " with " + spec.elements() + " residues",
          "tensor " + tensor.id() + " with " + tensor.residues().length);
    }
    return RequestCodec.current().encodeTensor(request.call(), spec, tensor.residues(), lifetime);
  }

  private static BadInputException mismatch(RoundRequest request, String expected, String found) {
    return BadInputException.about("Round " + request.round()).expected(expected).found(found);
  }
}
