/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.key;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import javax.crypto.Cipher;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.PBEKeySpec;
import org.jspecify.annotations.Nullable;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.io.BodyReader;
import org.lepcnn.core.io.BodyWriter;

/**
 * How a file keeps its keys: as they are, or under a passphrase. It is the last part of a file's
 * body:
 *
 * <pre>
 *   int32 0, bytes keys
 *   int32 1, int32 iterations, bytes salt (16), bytes nonce (12), bytes sealed keys
 * </pre>
 *
 * <p>The sealing is AES-256-GCM under PBKDF2-HMAC-SHA-256 of the passphrase, with all of the body
 * before the sealed keys as associated data: who does not know the passphrase can alter no count or
 * id unnoticed. Salt and key stay for the life of the object, so that the costly derivation happens
 * once; every sealing draws a new nonce. The iterations of a file are bounded both ways: neither a
 * weak derivation nor an endless one is read.
 */
public final class KeyWrap implements AutoCloseable {
  /** Iterations of new files; a file with fewer is refused. */
  public static final int MIN_ITERATIONS = 600_000;

  /** A file with more is refused: the number is read before anything is authenticated. */
  public static final int MAX_ITERATIONS = 10_000_000;

  private static final int PLAIN = 0;
  private static final int SEALED = 1;
  private static final int SALT_BYTES = 16;
  private static final int NONCE_BYTES = 12;
  private static final int TAG_BITS = 128;
  private static final SecureRandom RANDOM = new SecureRandom();

  private final int iterations;
  private final byte[] salt;
  private final @Nullable SecretKey key; // null: the keys stand as they are

  private KeyWrap(int iterations, byte[] salt, @Nullable SecretKey key) {
    this.iterations = iterations;
    this.salt = salt;
    this.key = key;
  }

  /**
   * Keys out of a file, and how to write them again. The caller closes both.
   *
   * @param fromSealed whether a passphrase protects them in the file
   */
  public record Opened(KeyWrap wrap, List<SecretKey> keys, boolean fromSealed) {
    public Opened {
      keys = List.copyOf(keys);
    }
  }

  /** A way to keep keys in a new file. The passphrase stays the caller's. */
  public static KeyWrap of(Passphrase passphrase) {
    if (passphrase.isNone()) {
      return new KeyWrap(0, new byte[0], null);
    }
    byte[] salt = new byte[SALT_BYTES];
    RANDOM.nextBytes(salt);
    return new KeyWrap(MIN_ITERATIONS, salt, derive(passphrase, salt, MIN_ITERATIONS));
  }

  /**
   * How a file whose keys nothing protects is written again: without a passphrase when none is
   * given, else under the passphrase.
   *
   * @param what names the file in errors
   * @throws BadInputException there is a passphrase, and it does not accept plain files: somebody
   *     else may have put this one there
   */
  public static KeyWrap ofPlainFile(String what, Passphrase passphrase) {
    requirePlainAllowed(what, passphrase);
    return of(passphrase);
  }

  /** As {@link #ofPlainFile}, of a file that is not written again. */
  public static void requirePlainAllowed(String what, Passphrase passphrase) {
    if (!passphrase.isNone() && !passphrase.acceptsPlain()) {
      throw BadInputException.about("Opening " + what)
          .expected("keys under your passphrase")
          .found(
              "keys without one",
              "Somebody may have put this file in place of yours. If it is yours,"
                  + " --accept-plain accepts it and puts it under the passphrase. To leave it"
                  + " without one, give no passphrase, neither by option nor in "
                  + Passphrase.ENVIRONMENT_VARIABLE
                  + ".");
    }
  }

  /** Whether a passphrase protects the keys. */
  public boolean isSealed() {
    return key != null;
  }

  /** Appends a key to a body; nothing may be appended afterwards. */
  public void write(BodyWriter body, SecretKey key, SecretAccess access) {
    Objects.requireNonNull(access, "access");
    write(body, key.copyBytes());
  }

  /** Appends the two keys of a chain to a body; nothing may be appended afterwards. */
  public void write(BodyWriter body, PassKey pass, ChallengeKey challenge, SecretAccess access) {
    Objects.requireNonNull(access, "access");
    byte[] first = pass.copyBytes();
    byte[] second = challenge.copyBytes();
    byte[] keys = ByteBuffer.allocate(2 * SecretKey.BYTES).put(first).put(second).array();
    Arrays.fill(first, (byte) 0);
    Arrays.fill(second, (byte) 0);
    write(body, keys);
  }

  /** Erases {@code keys}. */
  private void write(BodyWriter body, byte[] keys) {
    try {
      writeBytes(body, keys);
    } finally {
      Arrays.fill(keys, (byte) 0);
    }
  }

  private void writeBytes(BodyWriter body, byte[] keys) {
    if (key == null) {
      body.int32(PLAIN).bytes(keys);
      return;
    }
    byte[] nonce = new byte[NONCE_BYTES];
    RANDOM.nextBytes(nonce);
    body.int32(SEALED).int32(iterations).bytes(salt).bytes(nonce);
    try {
      body.bytes(cipher(Cipher.ENCRYPT_MODE, key, nonce, body.toByteArray()).doFinal(keys));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("Sealing keys", e);
    }
  }

  /**
   * Reads the end of a body.
   *
   * @param what names the file in errors
   * @param in stands where {@link #write} began
   * @param body the buffer that {@code in} reads
   * @param passphrase stays the caller's
   * @param count how many keys there must be
   * @throws BadInputException the file's passphrase is not this one, the file was altered, or it
   *     has none where one is given, see {@link #ofPlainFile}
   */
  public static Opened read(
      String what, BodyReader in, ByteBuffer body, Passphrase passphrase, int count) {
    int kind = in.int32();
    if (kind == PLAIN) {
      return new Opened(ofPlainFile(what, passphrase), cut(in, in.bytes(), count), false);
    }
    Sealed sealed = Sealed.read(kind, in, body);
    if (passphrase.isNone()) {
      throw new BadInputException(
          ("Opening %s: its keys are under a passphrase. Give the file with "
                  + "the passphrase by --passphrase-file or in %s.")
              .formatted(what, Passphrase.ENVIRONMENT_VARIABLE));
    }
    SecretKey key = derive(passphrase, sealed.salt(), sealed.iterations());
    try {
      List<SecretKey> keys = cut(in, sealed.open(what, key), count);
      return new Opened(new KeyWrap(sealed.iterations(), sealed.salt(), key), keys, true);
    } catch (BadInputException e) {
      key.close();
      throw e;
    }
  }

  /**
   * Reads the end of a body that was written by a wrap like this one; derives nothing.
   *
   * @param count how many keys there must be
   * @return the keys; the caller closes them
   * @throws BadInputException the file was written under another passphrase or salt
   */
  public List<SecretKey> readAgain(String what, BodyReader in, ByteBuffer body, int count) {
    int kind = in.int32();
    if (kind == PLAIN && key == null) {
      return cut(in, in.bytes(), count);
    }
    Sealed sealed = kind == PLAIN ? null : Sealed.read(kind, in, body);
    if (key == null || sealed == null || !Arrays.equals(salt, sealed.salt())) {
      throw changed(what);
    }
    return cut(in, sealed.open(what, key), count);
  }

  /** Makes keys of their bytes, which it erases. */
  private static List<SecretKey> cut(BodyReader in, byte[] bytes, int count) {
    try {
      if (bytes.length != count * SecretKey.BYTES) {
        throw in.corrupt("its keys have " + bytes.length + " bytes");
      }
      List<SecretKey> keys = new ArrayList<>();
      for (int at = 0; at < bytes.length; at += SecretKey.BYTES) {
        keys.add(SecretKey.copyOf(bytes, at));
      }
      return keys;
    } finally {
      Arrays.fill(bytes, (byte) 0);
    }
  }

  /** As {@link #readAgain}, of a file of a version that knew no passphrase. */
  public void requirePlain(String what) {
    if (key != null) {
      throw changed(what);
    }
  }

  private static BadInputException changed(String what) {
    return new BadInputException(
        "Reading " + what + ": its passphrase was changed while it was open. Start again.");
  }

  /** Passes over what {@link #read} reads; whether a passphrase protects it. */
  public static boolean skip(BodyReader in) {
    int kind = in.int32();
    if (kind != PLAIN) {
      checkedIterations(kind, in);
      in.bytes();
      in.bytes();
    }
    Arrays.fill(in.bytes(), (byte) 0);
    return kind == SEALED;
  }

  /** Erases the wrapping key. */
  @Override
  public void close() {
    if (key != null) {
      key.close();
    }
  }

  @Override
  public String toString() {
    return key == null ? "KeyWrap(none)" : "KeyWrap(" + iterations + " iterations)";
  }

  /** What stands in a file for keys under a passphrase, and all of the body before it. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Sealed(int iterations, byte[] salt, byte[] nonce, byte[] before, byte[] sealed) {
    static Sealed read(int kind, BodyReader in, ByteBuffer body) {
      int iterations = checkedIterations(kind, in);
      byte[] salt = in.bytes();
      byte[] nonce = in.bytes();
      byte[] before = new byte[body.position()];
      body.duplicate().flip().get(before);
      if (salt.length != SALT_BYTES || nonce.length != NONCE_BYTES) {
        throw in.corrupt("a salt or nonce has another length");
      }
      return new Sealed(iterations, salt, nonce, before, in.bytes());
    }

    byte[] open(String what, SecretKey key) {
      try {
        return cipher(Cipher.DECRYPT_MODE, key, nonce, before).doFinal(sealed);
      } catch (GeneralSecurityException e) {
        throw new BadInputException(
            "Opening "
                + what
                + ": the passphrase does not open it. It is the wrong one, or the file was"
                + " altered.",
            e);
      }
    }
  }

  private static int checkedIterations(int kind, BodyReader in) {
    if (kind != SEALED) {
      throw in.corrupt("its keys are kept in way " + kind + ", which nobody knows");
    }
    int iterations = in.int32();
    if (iterations < MIN_ITERATIONS || iterations > MAX_ITERATIONS) {
      throw in.corrupt(
          "%s iterations of the key derivation; %s to %s are accepted"
              .formatted(iterations, MIN_ITERATIONS, MAX_ITERATIONS));
    }
    return iterations;
  }

  private static Cipher cipher(int mode, SecretKey key, byte[] nonce, byte[] associated)
      throws GeneralSecurityException {
    Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
    cipher.init(mode, key.toCipherKey(CipherSuite.AES), new GCMParameterSpec(TAG_BITS, nonce));
    cipher.updateAAD(associated);
    return cipher;
  }

  private static SecretKey derive(Passphrase passphrase, byte[] salt, int iterations) {
    char[] chars = passphrase.copyChars();
    PBEKeySpec spec = new PBEKeySpec(chars, salt, iterations, SecretKey.BYTES * Byte.SIZE);
    byte[] derived = new byte[0];
    try {
      derived =
          SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256").generateSecret(spec).getEncoded();
      return SecretKey.copyOf(derived);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("Every Java platform has PBKDF2WithHmacSHA256", e);
    } finally {
      spec.clearPassword();
      Arrays.fill(chars, '\0');
      Arrays.fill(derived, (byte) 0);
    }
  }
}
