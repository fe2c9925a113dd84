/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.bench.plainjob;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.lepcnn.core.field.ResidueField;
import org.lepcnn.core.model.Plan;
import org.lepcnn.kafka.chunk.ChunkLayout;

/**
 * The records of a round, without what is in them; tensors are cut as the private transport cuts
 * them, and a record has the bytes of its residues, rounded up to whole values.
 *
 * @param up the values of each request record, 32 bits each; at least one record
 * @param down the values of each result record; at least one record
 */
public record EchoRound(List<Integer> up, List<Integer> down) {
  public EchoRound {
    up = List.copyOf(up);
    down = List.copyOf(down);
    if (up.isEmpty() || down.isEmpty()) {
      throw new IllegalArgumentException(
          "Expected a record each way; found " + up.size() + " and " + down.size() + ".");
    }
  }

  /** All rounds of a model, in their order. */
  public static List<EchoRound> of(Plan plan) {
    List<EchoRound> rounds = new ArrayList<>();
    for (int round = 0; round < plan.rounds(); round++) {
      rounds.add(
          new EchoRound(
              plan.tensorsOfRound(round).stream()
                  .flatMap(tensor -> records(tensor.elements(), tensor.field()))
                  .toList(),
              plan.layersOfRound(round).stream()
                  .flatMap(layer -> records(layer.geometry().outputSize(), plan.field(layer)))
                  .toList()));
    }
    return rounds;
  }

  /** The request records. Only the last one asks for answers: there are none to half a round. */
  List<byte[]> requests(String device, long call) {
    List<byte[]> requests = new ArrayList<>();
    int last = up.size() - 1;
    for (int i = 0; i <= last; i++) {
      List<Integer> asked = i == last ? down : List.of();
      requests.add(PlainRecord.blank(device, call, asked, up.get(i)));
    }
    return requests;
  }

  /** Bytes of values on the way up, without framing. */
  public long bytesUp() {
    return bytes(up);
  }

  /** Bytes of values on the way down, without framing. */
  public long bytesDown() {
    return bytes(down);
  }

  private static Stream<Integer> records(int elements, ResidueField field) {
    return IntStream.range(0, ChunkLayout.count(elements))
        .map(chunk -> ChunkLayout.elementsOf(chunk, elements) * field.wireBytes())
        .mapToObj(bytes -> (bytes + Float.BYTES - 1) / Float.BYTES);
  }

  private static long bytes(List<Integer> records) {
    return Integer.BYTES * records.stream().mapToLong(Integer::longValue).sum();
  }
}
