/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.key;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.core.io.WholeFile;

/**
 * A passphrase for files with keys, or none. It comes from a file, never from a command line, where
 * other users of the machine could read it.
 */
public final class Passphrase implements AutoCloseable {
  /** The environment variable that names a file with the passphrase. */
  public static final String ENVIRONMENT_VARIABLE = "LEPCNN_PASSPHRASE_FILE";

  private static final int MAX_FILE_BYTES = 4_096;

  private final char[] value;

  private Passphrase(char[] value) {
    this.value = value;
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
      throw new BadInputException("Passphrase: expected at least one character; found none.");
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
        throw unusable(file, "none", null);
      }
      return new Passphrase(Arrays.copyOf(chars.array(), length));
    } catch (CharacterCodingException e) {
      throw unusable(file, "bytes that are not UTF-8", e);
    } catch (IOException e) {
      throw new EnvironmentException(
          "Reading the passphrase file " + file + ": expected a readable file; found: " + e + ".",
          e);
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
    String file = System.getenv(ENVIRONMENT_VARIABLE);
    return file == null || file.isEmpty() ? none() : ofFile(Path.of(file));
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

  private static BadInputException unusable(Path file, String found, Throwable cause) {
    return new BadInputException(
        "Reading the passphrase file "
            + file
            + ": expected one line with a passphrase in UTF-8; found "
            + found
            + ".",
        cause);
  }
}
