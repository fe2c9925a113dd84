/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.io;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.core.error.Mismatch;

/**
 * The frame of every file without secrets: header, body, checksum.
 *
 * <pre>
 *   magic     4 bytes, big-endian, one per kind of file
 *   version   4 bytes, big-endian
 *   length    8 bytes, big-endian: bytes of the body
 *   body
 *   SHA-256   32 bytes over everything before
 * </pre>
 *
 * The checksum finds damage, not malice; the fingerprint of a bundle binds its contents.
 */
public final class CheckedFile {
  private static final int HEADER_BYTES = 16;
  private static final int FOOTER_BYTES = 32;

  private CheckedFile() {}

  /** A body with the version that its header states. */
  public record Content(int version, ByteBuffer body) {}

  /** Frames {@code body}. */
  public static byte[] frame(int magic, int version, byte[] body) {
    ByteBuffer file = ByteBuffer.allocate(Math.addExact(body.length, HEADER_BYTES + FOOTER_BYTES));
    file.putInt(magic).putInt(version).putLong(body.length).put(body);
    MessageDigest digest = sha256();
    digest.update(file.array(), 0, file.position());
    file.put(digest.digest());
    return file.array();
  }

  /**
   * Checks the frame of {@code file}.
   *
   * @param what names the file in errors
   * @throws CorruptFileException wrong magic, short, or wrong checksum
   * @throws FileTooNewException version above {@code newest}
   * @throws FileTooOldException version below {@code oldest}
   */
  public static Content open(String what, byte[] file, int magic, int oldest, int newest) {
    String doing = "Reading " + what;
    int bodyBytes = file.length - HEADER_BYTES - FOOTER_BYTES;
    if (bodyBytes < 0) {
      throw CorruptFileException.about(doing)
          .expected("at least " + (HEADER_BYTES + FOOTER_BYTES) + " bytes")
          .found(file.length, CorruptFileException.REMEDY);
    }
    ByteBuffer buffer = ByteBuffer.wrap(file);
    int foundMagic = buffer.getInt();
    if (foundMagic != magic) {
      throw CorruptFileException.about(doing)
          .expected("magic " + HexFormat.of().toHexDigits(magic))
          .found(HexFormat.of().toHexDigits(foundMagic), "This is another kind of file.");
    }
    int version = buffer.getInt();
    if (version < oldest || version > newest) {
      boolean tooNew = version > newest;
      throw Mismatch.<BadInputException>about(
              doing,
              (message, cause) ->
                  tooNew ? new FileTooNewException(message) : new FileTooOldException(message))
          .expected("format version " + oldest + " to " + newest)
          .found(version, tooNew ? "Use a newer lepcnn." : "Make the file again with this lepcnn.");
    }
    long length = buffer.getLong();
    if (length != bodyBytes) {
      throw CorruptFileException.about(doing)
          .expected("a body of " + length + " bytes, as its header says")
          .found(bodyBytes, CorruptFileException.REMEDY);
    }
    MessageDigest digest = sha256();
    digest.update(file, 0, file.length - FOOTER_BYTES);
    if (!MessageDigest.isEqual(
        digest.digest(),
        java.util.Arrays.copyOfRange(file, file.length - FOOTER_BYTES, file.length))) {
      throw CorruptFileException.about(doing)
          .expected("the contents that its checksum is of")
          .found("others", CorruptFileException.REMEDY);
    }
    return new Content(version, buffer.slice(HEADER_BYTES, (int) length));
  }

  /**
   * The format version that a file states; nothing else of it is looked at.
   *
   * @throws CorruptFileException the file has no header
   */
  public static int statedVersion(Path file) {
    try (DataInputStream in = new DataInputStream(Files.newInputStream(file))) {
      in.skipNBytes(Integer.BYTES);
      return in.readInt();
    } catch (EOFException e) {
      throw CorruptFileException.about("Reading " + file)
          .expected("a header")
          .found("a shorter file", CorruptFileException.REMEDY);
    } catch (IOException e) {
      throw EnvironmentException.about("Reading " + file).expected("a readable file").found(e);
    }
  }

  /** A SHA-256 digest, which every Java platform has. */
  public static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java platform has SHA-256", e);
    }
  }
}
