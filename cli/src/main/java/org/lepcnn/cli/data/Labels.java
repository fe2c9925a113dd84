/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli.data;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.io.WholeFile;

/**
 * The right answers: a CSV file with lines {@code file,label}, or a NumPy file in the order of the
 * inputs.
 */
public final class Labels {
  private static final long MAX_BYTES = 1L << 27;

  private final Map<String, Long> byName = new HashMap<>();
  private final long[] inOrder;

  private Labels(long[] inOrder) {
    this.inOrder = inOrder;
  }

  /** No labels: every answer is −1. */
  public static Labels none() {
    return new Labels(new long[0]);
  }

  /** Reads a file; {@code .npy} is NumPy's, everything else is CSV. */
  public static Labels read(Path path) {
    if (path.toString().endsWith(".npy")) {
      return new Labels(NpyFile.read(path).integers());
    }
    Labels labels = none();
    try {
      WholeFile.requireAtMost(path.toString(), path, MAX_BYTES);
      List<String> lines = Files.readAllLines(path, StandardCharsets.UTF_8);
      for (int i = 0; i < lines.size(); i++) {
        labels.add(path, i, lines.get(i));
      }
    } catch (IOException e) {
      throw new BadInputException(
          "Reading " + path + ": expected lines 'file,label'; found: " + e + ".", e);
    }
    return labels;
  }

  /** The label of an input, or −1. */
  public long of(String name, int position) {
    Long named = byName.get(name);
    if (named != null) {
      return named;
    }
    return position < inOrder.length ? inOrder[position] : -1;
  }

  private void add(Path path, int line, String text) {
    int comma = text.lastIndexOf(',');
    if (text.isBlank() || (line == 0 && text.strip().equals("file,label"))) {
      return;
    }
    try {
      byName.put(
          text.substring(0, comma).strip(), Long.parseLong(text.substring(comma + 1).strip()));
    } catch (IndexOutOfBoundsException | NumberFormatException e) {
      throw new BadInputException(
          "Reading "
              + path
              + ": expected lines 'file,label'; found '"
              + text
              + "' in line "
              + (line + 1)
              + ".",
          e);
    }
  }
}
