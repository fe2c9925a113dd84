/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli.report;

import java.util.Arrays;
import java.util.List;

/**
 * What was seen of a pass from outside: masked residues, sizes and times, nothing that is secret.
 *
 * @param edge what the edge saw first; null when nothing was sent
 * @param rounds in their order
 * @param tableBytes bytes of the decryption tables that the pass used up
 */
public record PassTrace(EdgeView edge, List<Round> rounds, long tableBytes) {
  public PassTrace {
    rounds = List.copyOf(rounds);
  }

  /**
   * The first masked tensor of a pass.
   *
   * @param plane residues of its first plane, row by row
   * @param width of the plane
   * @param modulus p: residues are from 0 to p − 1
   * @param histogram of all its residues
   */
  @SuppressWarnings("ArrayRecordComponent") // a carrier, not a value to compare
  public record EdgeView(int[] plane, int width, int modulus, Histogram histogram) {
    /** Planes of fewer residues are no pictures: a square of the tensor is drawn instead. */
    private static final int LEAST_PLANE = 16;

    private static final int MOST_SQUARE = 64;

    /**
     * The view of a tensor.
     *
     * @param residues of the tensor, its first plane first; not kept
     * @param elements how many of them there are
     * @param width columns of a plane
     * @param height rows of a plane
     */
    public static EdgeView of(int[] residues, int elements, int width, int height, int modulus) {
      boolean flat = (long) width * height < LEAST_PLANE;
      int square = Math.max(1, Math.min(MOST_SQUARE, (int) Math.sqrt(elements)));
      int columns = flat ? square : Math.min(width, elements);
      int rows = flat ? square : Math.min(height, elements / columns);
      int[] plane = Arrays.copyOf(residues, rows * columns);
      return new EdgeView(
          plane, columns, modulus, Histogram.of(elements, i -> residues[i], 0, modulus));
    }
  }

  /**
   * An exchange with the edge.
   *
   * @param sent milliseconds from the beginning of the pass until it was sent
   * @param back milliseconds from the beginning of the pass until its result was there
   * @param bytesUp bytes of its masked tensors
   * @param bytesDown bytes of its results
   * @param layers that it computed
   * @param checks that these passed on the device
   */
  public record Round(
      double sent, double back, long bytesUp, long bytesDown, int layers, int checks) {
    /** Milliseconds in the network and at the edge. */
    double away() {
      return back - sent;
    }
  }

  /** All checks that the pass passed on the device. */
  int checks() {
    return rounds.stream().mapToInt(Round::checks).sum();
  }
}
