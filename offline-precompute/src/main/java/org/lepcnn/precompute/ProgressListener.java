/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.precompute;

/** Hears about once a second how far a run has come, and once when all is done. */
@FunctionalInterface
public interface ProgressListener {
  /** Hears nothing. */
  ProgressListener NONE = progress -> {};

  /** Called by the thread that called {@link Precompute#run}. */
  void update(Progress progress);
}
