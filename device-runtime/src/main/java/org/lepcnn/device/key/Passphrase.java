/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.key;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.lepcnn.core.api.PublicApi;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.core.error.Mismatch;
import org.lepcnn.core.io.WholeFile;

/**
 * A passphrase for files with keys, or none. It comes from a file, never from a command line, where
 * other users of the machine could read it.
 */
@PublicApi
public final class Passphrase implements AutoCloseable {
  /** The environment variable that names a file with the passphrase. */
  public static final String ENVIRONMENT_VARIABLE = "LEPCNN_PASSPHRASE_FILE";

  private static final int MAX_FILE_BYTES = 4_096;

  private final char[] value;
  private final boolean acceptsPlain;

  private Passphrase(char[] value) {
    this(value, false);
  }

  private Passphrase(char[] value, boolean acceptsPlain) {
    this.value = value;
    this.acceptsPlain = acceptsPlain;
  }

  /** No passphrase: keys are protected by the file's permissions alone. */
  public static Passphrase none() {
    return new Passphrase(new char[0]);
  }

  /**
   * A passphrase, which is copied.
   *
   * @throws BadInputException it is empty
   */
  public static Passphrase copyOf(char[] value) {
    if (value.length == 0) {
      throw BadInputException.about("Passphrase").expected("at least one character").found("none");
    }
    return new Passphrase(value.clone());
  }

  /** The contents of a file in UTF-8, without the line end at its end. */
  public static Passphrase ofFile(Path file) {
    byte[] bytes = null;
    CharBuffer chars = null;
    try {
      bytes = WholeFile.read("the passphrase file " + file, file, MAX_FILE_BYTES);
      chars = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
      int length = chars.length();
      while (length > 0 && (chars.get(length - 1) == '\n' || chars.get(length - 1) == '\r')) {
        length--;
      }
      if (length == 0) {
        throw unusable(file).found("none");
      }
      return new Passphrase(Arrays.copyOf(chars.array(), length));
    } catch (CharacterCodingException e) {
      throw unusable(file).because(e).found("bytes that are not UTF-8");
    } catch (IOException e) {
      throw EnvironmentException.about("Reading the passphrase file " + file)
          .expected("a readable file")
          .found(e);
    } finally {
      if (bytes != null) {
        Arrays.fill(bytes, (byte) 0);
      }
      if (chars != null) {
        Arrays.fill(chars.array(), '\0');
      }
    }
  }

  /** From the file that {@value #ENVIRONMENT_VARIABLE} names; none when it is not set. */
  public static Passphrase ofEnvironment() {
    return ofNamed(System.getenv(ENVIRONMENT_VARIABLE));
  }

  /** From a file, if one is named. */
  static Passphrase ofNamed(@Nullable String file) {
    return file == null || file.isEmpty() ? none() : ofFile(Path.of(file));
  }

  /**
   * This passphrase, for files that may have none: their keys are read as they stand, and the files
   * are put under this passphrase. Without it, a file that no passphrase protects is refused where
   * one is given, because somebody else may have put it there; and what was under a passphrase is
   * not written without one. Shares the characters: closing either erases both.
   */
  public Passphrase acceptingPlain() {
    return new Passphrase(value, true);
  }

  /** Whether keys may stand in a file that no passphrase protects; see {@link #acceptingPlain}. */
  public boolean acceptsPlain() {
    return acceptsPlain;
  }

  /**
   * Refuses this passphrase, if it is none, for a file with keys that were under one before.
   *
   * @param what is being done, for the error
   * @param option names the option that gives the passphrase
   * @throws BadInputException it is none and does not accept plain files
   */
  public void requireForKeysOfASealedFile(String what, String option) {
    if (isNone() && !acceptsPlain) {
      throw BadInputException.about(what)
          .expected("a passphrase, because the keys come from a file under one")
          .found(
              "none",
              "Give one with " + option + ", or write the keys without one with --accept-plain.");
    }
  }

  public boolean isNone() {
    return value.length == 0;
  }

  /** The characters; the caller erases them. */
  char[] copyChars() {
    return value.clone();
  }

  /** Erases the passphrase. */
  @Override
  public void close() {
    Arrays.fill(value, '\0');
  }

  @Override
  public String toString() {
    return isNone() ? "Passphrase(none)" : "Passphrase(given)";
  }

  private static Mismatch<BadInputException> unusable(Path file) {
    return BadInputException.about("Reading the passphrase file " + file)
        .expected("one line with a passphrase in UTF-8");
  }
}
