/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.decode;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import org.lepcnn.core.io.CheckedFile;
import org.lepcnn.core.port.PassRound;
import org.lepcnn.flink.record.TensorPayload;
import org.lepcnn.kafka.chunk.ByteSlice;

/**
 * What tells two requests under one id apart: the first 64 bits of SHA-256 over device, chain,
 * model, pass, round, and per tensor its id, its number of residues and the residues as on the
 * wire. The time of sending and the instance are not part of it.
 */
final class RequestDigest {
  private final MessageDigest sha256 = CheckedFile.sha256();

  long of(PassRound round, List<TensorPayload> tensors) {
    byte[] device = round.device().getBytes(StandardCharsets.UTF_8);
    sha256.update(ints(device.length));
    sha256.update(device);
    ByteBuffer ids = ByteBuffer.allocate(3 * Long.BYTES + Integer.BYTES);
    ids.putLong(round.chain().high()).putLong(round.chain().low());
    ids.putLong(round.pass().pass()).putInt(round.round());
    sha256.update(ids.array());
    sha256.update(round.model().toBytes());
    for (TensorPayload tensor : tensors) {
      sha256.update(ints(tensor.id(), tensor.elements()));
      for (ByteSlice slice : tensor.slices()) {
        sha256.update(slice.array(), slice.offset(), slice.length());
      }
    }
    return ByteBuffer.wrap(sha256.digest()).getLong();
  }

  private static byte[] ints(int... values) {
    ByteBuffer bytes = ByteBuffer.allocate(values.length * Integer.BYTES);
    for (int value : values) {
      bytes.putInt(value);
    }
    return bytes.array();
  }
}
