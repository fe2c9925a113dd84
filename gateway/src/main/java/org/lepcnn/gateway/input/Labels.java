/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.gateway.input;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.io.TextFile;

/**
 * The right answers: a CSV file with lines {@code file,label}, or a NumPy file in the order of the
 * inputs.
 */
public final class Labels {
  private static final long MAX_BYTES = 1L << 27;

  private final String source;
  private final Map<String, Long> byName = new HashMap<>();
  private final long[] inOrder;

  private Labels(String source, long[] inOrder) {
    this.source = source;
    this.inOrder = inOrder;
  }

  /** No labels: every answer is −1. */
  public static Labels none() {
    return new Labels("", new long[0]);
  }

  /** Reads a file; {@code .npy} is NumPy's, everything else is CSV. */
  public static Labels read(Path path) {
    if (path.toString().endsWith(".npy")) {
      return new Labels(path.toString(), NpyFile.read(path).integers());
    }
    Labels labels = new Labels(path.toString(), new long[0]);
    try {
      int number = 0;
      for (String line : TextFile.read(path.toString(), path, MAX_BYTES).lines().toList()) {
        labels.add(++number, line);
      }
    } catch (IOException e) {
      throw BadInputException.about("Reading " + path).expected("lines 'file,label'").found(e);
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

  /**
   * Refuses labels that belong to other inputs, before anything is spent on these.
   *
   * @param names the inputs, in their order
   * @throws BadInputException there are labels, and none is for one of the inputs
   */
  public void requireSome(List<String> names) {
    boolean any = byName.isEmpty() && inOrder.length == 0;
    for (int i = 0; !any && i < names.size(); i++) {
      any = of(names.get(i), i) >= 0;
    }
    if (!any) {
      throw BadInputException.about("Reading " + source)
          .expected(
              ("a label for at least one of the %s inputs, by its "
                      + "name without folders, such as '%s'")
                  .formatted(names.size(), names.get(0)))
          .found("none of them");
    }
  }

  private void add(int number, String line) {
    int comma = line.lastIndexOf(',');
    if (line.isBlank() || (number == 1 && line.strip().equals("file,label"))) {
      return;
    }
    try {
      byName.put(
          line.substring(0, comma).strip(), Long.parseLong(line.substring(comma + 1).strip()));
    } catch (IndexOutOfBoundsException | NumberFormatException e) {
      throw BadInputException.about("Reading " + source)
          .expected("lines 'file,label' with a whole number")
          .because(e)
          .found("another in line " + number);
    }
  }
}
