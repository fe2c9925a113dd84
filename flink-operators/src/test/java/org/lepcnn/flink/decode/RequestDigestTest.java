/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.decode;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.lepcnn.core.model.Fingerprint;
import org.lepcnn.core.port.ChainId;
import org.lepcnn.core.port.PassId;
import org.lepcnn.core.port.PassRound;
import org.lepcnn.flink.record.TensorPayload;
import org.lepcnn.flink.testkit.Requests;
import org.lepcnn.kafka.chunk.ByteSlice;

class RequestDigestTest {
  private static final Fingerprint MODEL = Fingerprint.combine(new byte[1], new byte[1]);
  private static final ChainId CHAIN = new ChainId(0x0102030405060708L, -9);
  private static final List<TensorPayload> TENSORS =
      List.of(
          new TensorPayload(4, 3, List.of(slice(0, 8), slice(8, 4))),
          new TensorPayload(7, 1, List.of(slice(20, 4))));

  private final RequestDigest digest = new RequestDigest();

  private static ByteSlice slice(int first, int length) {
    byte[] bytes = new byte[64];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) (i + 1);
    }
    return new ByteSlice(bytes, first, length);
  }

  private static PassRound round(
      String device, ChainId chain, Fingerprint model, long pass, int round) {
    return new PassRound(new PassId(device, chain, model, pass), round, Requests.INSTANCE);
  }

  /**
   * The guard keeps digests in its state, for a repeat that comes after a restart by another
   * release: were they made otherwise then, the repeat would be taken for the reuse of a mask.
   */
  @Test
  void digestThatLiesInTheState_isMadeOfTheseBytes() throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    byte[] device = "device".getBytes(StandardCharsets.UTF_8);
    out.writeInt(device.length);
    out.write(device);
    out.writeLong(CHAIN.high());
    out.writeLong(CHAIN.low());
    out.writeLong(1L << 40);
    out.writeInt(2);
    out.write(MODEL.toBytes());
    out.writeInt(4);
    out.writeInt(3);
    out.write(new byte[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12});
    out.writeInt(7);
    out.writeInt(1);
    out.write(new byte[] {21, 22, 23, 24});
    byte[] sha256 = MessageDigest.getInstance("SHA-256").digest(bytes.toByteArray());
    PassRound round = round("device", CHAIN, MODEL, 1L << 40, 2);
    assertThat(digest.of(round, TENSORS)).isEqualTo(ByteBuffer.wrap(sha256).getLong());
    assertThat(digest.of(round, TENSORS))
        .as("nothing is left of the one before")
        .isEqualTo(ByteBuffer.wrap(sha256).getLong());
  }

  @Test
  void whateverDiffers_tellsTwoRequestsApart() {
    List<Long> digests = new ArrayList<>();
    digests.add(digest.of(round("d", CHAIN, MODEL, 1, 2), TENSORS));
    digests.add(digest.of(round("e", CHAIN, MODEL, 1, 2), TENSORS));
    digests.add(digest.of(round("d", new ChainId(CHAIN.high(), 9), MODEL, 1, 2), TENSORS));
    digests.add(digest.of(round("d", new ChainId(9, CHAIN.low()), MODEL, 1, 2), TENSORS));
    digests.add(digest.of(round("d", CHAIN, Fingerprint.of(new byte[32]), 1, 2), TENSORS));
    digests.add(digest.of(round("d", CHAIN, MODEL, 3, 2), TENSORS));
    digests.add(digest.of(round("d", CHAIN, MODEL, 1, 3), TENSORS));
    digests.add(digest.of(round("d", CHAIN, MODEL, 1, 2), TENSORS.subList(0, 1)));
    digests.add(
        digest.of(
            round("d", CHAIN, MODEL, 1, 2),
            List.of(TENSORS.get(0), new TensorPayload(8, 1, List.of(slice(20, 4))))));
    digests.add(
        digest.of(
            round("d", CHAIN, MODEL, 1, 2),
            List.of(TENSORS.get(0), new TensorPayload(7, 1, List.of(slice(21, 4))))));
    assertThat(digests).doesNotHaveDuplicates();
  }

  @Test
  void howTheResiduesWereCut_doesNot() {
    List<TensorPayload> whole =
        Arrays.asList(new TensorPayload(4, 3, List.of(slice(0, 12))), TENSORS.get(1));
    PassRound round = round("d", CHAIN, MODEL, 1, 2);
    assertThat(digest.of(round, whole)).isEqualTo(digest.of(round, TENSORS));
  }
}
