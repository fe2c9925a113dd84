/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.table;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.IvParameterSpec;
import org.lepcnn.device.key.CipherSuite;

/** Sealed segments a second time, from the text of the package alone. */
final class SegmentFormat {
  static final int BYTES = 65_520;

  private SegmentFormat() {}

  /** What a segment of a vector of {@code length} residues is bound to. */
  static byte[] associatedData(
      TableId id, VectorSealer.Address address, int segment, int segments, int length) {
    byte[] device = id.device().getBytes(StandardCharsets.UTF_8);
    ByteBuffer data = ByteBuffer.allocate(4 + 4 + device.length + 4 + 16 + 4 + 32 + 32);
    data.putInt(address.version());
    data.putInt(device.length).put(device);
    data.putInt(16).putLong(id.chain().high()).putLong(id.chain().low());
    data.putInt(32).put(id.model().toBytes());
    data.putLong(address.pass()).putInt(address.layer()).putInt(address.kind());
    data.putInt(segment).putInt(segments).putLong(4L * length);
    return data.array();
  }

  /** Opens one segment. */
  static byte[] open(
      CipherSuite suite, SecretKey key, long number, byte[] associatedData, byte[] sealed)
      throws GeneralSecurityException {
    byte[] nonce = ByteBuffer.allocate(12).putInt(0).putLong(number).array();
    boolean aes = suite == CipherSuite.AES;
    Cipher cipher = Cipher.getInstance(aes ? "AES/GCM/NoPadding" : "ChaCha20-Poly1305");
    cipher.init(
        Cipher.DECRYPT_MODE,
        key,
        aes ? new GCMParameterSpec(128, nonce) : new IvParameterSpec(nonce));
    cipher.updateAAD(associatedData);
    return cipher.doFinal(sealed);
  }

  /** Whether the cipher of a sealer still opens the segment that it opened last, without a key. */
  static boolean opensAgain(
      VectorSealer sealer, byte[] associatedData, byte[] sealed, int[] expected)
      throws GeneralSecurityException {
    try {
      sealer.cipher.platform.updateAAD(associatedData);
      return Arrays.equals(littleEndian(expected), sealer.cipher.platform.doFinal(sealed));
    } catch (AEADBadTagException e) {
      return false;
    }
  }

  static byte[] littleEndian(int[] residues) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * residues.length);
    bytes.order(ByteOrder.LITTLE_ENDIAN).asIntBuffer().put(residues);
    return bytes.array();
  }
}
