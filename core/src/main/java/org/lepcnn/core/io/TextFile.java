/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.lepcnn.core.error.BadInputException;

/**
 * Reads files of text that people write: UTF-8, with or without the byte-order mark that some
 * editors put in front.
 */
public final class TextFile {
  private static final char BYTE_ORDER_MARK = '\uFEFF';

  private TextFile() {}

  /**
   * Reads a file.
   *
   * @param what names the file in errors
   * @param mostBytes the largest size that makes sense
   * @return its text without a byte-order mark
   * @throws BadInputException it is larger, or not UTF-8
   * @throws IOException it is not there or cannot be read
   */
  public static String read(String what, Path file, long mostBytes) throws IOException {
    byte[] bytes = WholeFile.read(what, file, mostBytes);
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
      return text.indexOf(BYTE_ORDER_MARK) == 0 ? text.substring(1) : text;
    } catch (CharacterCodingException e) {
      throw BadInputException.about("Reading " + what)
          .expected("text in UTF-8")
          .because(e)
          .found("other bytes", "Save it as UTF-8.");
    }
  }
}
