/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.model;

/** Says what a future failed of. */
final class FutureFailures {
  private FutureFailures() {}

  /** What is in a future's wrapper; the wrapper itself when there is nothing in it. */
  static Throwable causeOf(Exception wrapper) {
    Throwable cause = wrapper.getCause();
    return cause == null ? wrapper : cause;
  }
}
