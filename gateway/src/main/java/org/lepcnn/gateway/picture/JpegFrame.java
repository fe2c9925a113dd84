/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.gateway.picture;

/** What the frame header of a JPEG says (ITU-T T.81, B.2.2). */
final class JpegFrame {
  private static final int MARKER = 0xff;
  private static final int FIRST_FRAME = 0xc0;
  private static final int LAST_FRAME = 0xcf;
  private static final int HUFFMAN_TABLES = 0xc4;
  private static final int EXTENSION = 0xc8;
  private static final int ARITHMETIC_TABLES = 0xcc;
  private static final int SCAN = 0xda;

  /** From a frame's marker to the number of its components. */
  private static final int COMPONENTS_AT = 9;

  private JpegFrame() {}

  /** How many components a file's frame has; 0 when there is no frame that can be found. */
  static int components(byte[] file) {
    int at = 2;
    while (at + COMPONENTS_AT < file.length && (file[at] & 0xff) == MARKER) {
      int kind = file[at + 1] & 0xff;
      if (kind == MARKER) {
        at++; // filling
      } else if (isFrame(kind)) {
        return file[at + COMPONENTS_AT] & 0xff;
      } else if (kind == SCAN) {
        return 0;
      } else {
        at += 2 + ((file[at + 2] & 0xff) << 8 | (file[at + 3] & 0xff));
      }
    }
    return 0;
  }

  private static boolean isFrame(int kind) {
    return kind >= FIRST_FRAME
        && kind <= LAST_FRAME
        && kind != HUFFMAN_TABLES
        && kind != EXTENSION
        && kind != ARITHMETIC_TABLES;
  }
}
