/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.claim;

import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;

/** What futures wrap around an exception is taken off again. */
public final class Failures {
  private Failures() {}

  public static Throwable unwrap(Throwable error) {
    Throwable cause = error;
    while ((cause instanceof CompletionException || cause instanceof ExecutionException)
        && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause;
  }

  /** What a future failed with, to be thrown where it was waited for. */
  public static RuntimeException rethrown(CompletionException error) {
    Throwable cause = unwrap(error);
    if (cause instanceof Error fatal) {
      throw fatal;
    }
    return cause instanceof RuntimeException failure ? failure : error;
  }
}
