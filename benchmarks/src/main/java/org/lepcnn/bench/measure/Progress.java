/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.bench.measure;

/** Hears what a benchmark is doing. */
@FunctionalInterface
public interface Progress {
  void step(String what);
}
