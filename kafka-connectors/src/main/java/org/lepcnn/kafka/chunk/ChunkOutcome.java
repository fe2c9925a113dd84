/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.kafka.chunk;

import java.util.List;

/** What became of a chunk that was offered. */
public sealed interface ChunkOutcome {
  /**
   * The round is complete and no longer held.
   *
   * @param parts the residues of every part in the shape's order; the receiver owns them
   */
  record Complete(List<int[]> parts) implements ChunkOutcome {}

  /**
   * The chunk was taken; others are missing.
   *
   * @param missingChunks how many
   */
  record Incomplete(int missingChunks) implements ChunkOutcome {}

  /** The chunk was there already and is ignored: the first one counts. */
  record Duplicate() implements ChunkOutcome {}
}
