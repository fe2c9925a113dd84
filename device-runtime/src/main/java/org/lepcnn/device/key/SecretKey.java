/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.key;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Objects;
import javax.crypto.spec.SecretKeySpec;
import org.lepcnn.core.api.PublicApi;
import org.lepcnn.core.error.BadInputException;

/**
 * A 32-byte secret: copied in, compared in constant time, absent from {@link #toString}, erased by
 * {@link #close}.
 *
 * <p>Erasure reaches this object's bytes; what the Java platform copied into its ciphers, and what
 * the collector moved, it does not reach. Immutable but for {@link #close}; a closed key refuses
 * every use with an {@link IllegalStateException}.
 */
@PublicApi
public final class SecretKey implements AutoCloseable {
  /** Bytes of a key. */
  public static final int BYTES = 32;

  private static final SecureRandom RANDOM = new SecureRandom();
  private static final byte[] NO_SALT = new byte[0];

  private final byte[] value;
  private volatile boolean closed;

  private SecretKey(byte[] value) {
    this.value = value;
  }

  /**
   * A key from its 32 bytes, which are copied.
   *
   * @throws BadInputException any other length
   */
  public static SecretKey copyOf(byte[] value) {
    if (value.length != BYTES) {
      throw BadInputException.about("Secret key").expected("32 bytes").found(value.length);
    }
    return new SecretKey(value.clone());
  }

  static SecretKey copyOf(byte[] values, int from) {
    return new SecretKey(Arrays.copyOfRange(values, from, from + BYTES));
  }

  /** A new key from the platform's secure random numbers. */
  public static SecretKey random() {
    byte[] value = new byte[BYTES];
    RANDOM.nextBytes(value);
    return new SecretKey(value);
  }

  /**
   * HKDF-SHA-256 of this key; label and contexts are length-prefixed.
   *
   * @param label what the new key is for; see the package for all labels in use
   * @param context what else it is bound to
   */
  public SecretKey derive(String label, byte[]... context) {
    return new SecretKey(Hkdf.derive(NO_SALT, open(), info(label, context), BYTES));
  }

  /** A key of the same bytes with a life of its own. */
  public SecretKey copy() {
    return new SecretKey(open().clone());
  }

  /** The key's bytes, for a file that keeps secrets. The caller erases them. */
  byte[] copyBytes() {
    return open().clone();
  }

  /** The key for a {@link javax.crypto.Cipher} of a suite. Only derived keys are ever used so. */
  public javax.crypto.SecretKey toCipherKey(CipherSuite suite, SecretAccess access) {
    Objects.requireNonNull(access, "access");
    return toCipherKey(suite);
  }

  javax.crypto.SecretKey toCipherKey(CipherSuite suite) {
    return new SecretKeySpec(open(), suite.algorithm());
  }

  javax.crypto.SecretKey toAesKey() {
    return new SecretKeySpec(open(), "AES");
  }

  /** Erases the key. */
  @Override
  public void close() {
    closed = true;
    Arrays.fill(value, (byte) 0);
  }

  /** Whether both hold the same bytes; takes the same time whatever they are. */
  @Override
  public boolean equals(Object other) {
    return other instanceof SecretKey that && MessageDigest.isEqual(open(), that.open());
  }

  /** The same for all keys, so that a hash table cannot leak bits of one. */
  @Override
  public int hashCode() {
    return SecretKey.class.hashCode();
  }

  @Override
  public String toString() {
    return closed ? "SecretKey(erased)" : "SecretKey(32 bytes)";
  }

  private byte[] open() {
    if (closed) {
      throw new IllegalStateException("This key was erased.");
    }
    return value;
  }

  private static byte[] info(String label, byte[]... context) {
    byte[] labelBytes = label.getBytes(StandardCharsets.UTF_8);
    int length = Integer.BYTES + labelBytes.length;
    for (byte[] part : context) {
      length = Math.addExact(length, Math.addExact(Integer.BYTES, part.length));
    }
    ByteBuffer info = ByteBuffer.allocate(length).putInt(labelBytes.length).put(labelBytes);
    for (byte[] part : context) {
      info.putInt(part.length).put(part);
    }
    return info.array();
  }
}
