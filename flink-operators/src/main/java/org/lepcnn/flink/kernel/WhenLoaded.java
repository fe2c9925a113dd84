/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.kernel;

import java.io.Serializable;
import java.util.function.Consumer;

/**
 * Gets a model that was loaded before anybody else does, on the loader's thread: a rehearsal, say.
 * Travels in the job graph. Of several for one model in a process, the first is asked.
 */
@FunctionalInterface
public interface WhenLoaded extends Consumer<LoadedModel>, Serializable {
  /** Does nothing. */
  WhenLoaded NOTHING = model -> {};
}
