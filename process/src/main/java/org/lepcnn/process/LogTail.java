/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.process;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** Reads the lines that a process appends to its log, from a position on. */
final class LogTail {
  /** What is read at once; the end of a log that is longer than this counts. */
  private static final int WINDOW_BYTES = 64 * 1024;

  private final Path log;
  private long position;
  private String unfinished = "";

  LogTail(Path log, long start) {
    this.log = log;
    this.position = start;
  }

  /** Whether a line appended since the last call contains the text; reads on from there. */
  boolean nextContains(String text) {
    String block = read(WINDOW_BYTES);
    while (!block.isEmpty()) {
      String lines = unfinished + block;
      if (lines.contains(text)) {
        return true;
      }
      unfinished = lines.substring(lines.lastIndexOf('\n') + 1);
      block = read(WINDOW_BYTES);
    }
    return false;
  }

  /** The last lines from the start on, at most this many. */
  List<String> last(int count) {
    position = Math.max(position, length() - WINDOW_BYTES);
    List<String> lines = read(WINDOW_BYTES).lines().toList();
    return lines.subList(Math.max(0, lines.size() - count), lines.size());
  }

  private long length() {
    return log.toFile().length();
  }

  private String read(int limit) {
    try (RandomAccessFile file = new RandomAccessFile(log.toFile(), "r")) {
      long available = Math.min(limit, file.length() - position);
      byte[] bytes = new byte[(int) Math.max(0, available)];
      file.seek(position);
      file.readFully(bytes);
      position += bytes.length;
      return new String(bytes, StandardCharsets.UTF_8);
    } catch (IOException e) {
      return "";
    }
  }
}
