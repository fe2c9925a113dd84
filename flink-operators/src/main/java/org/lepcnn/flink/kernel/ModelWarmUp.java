/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.kernel;

import java.io.Serializable;
import java.util.function.Consumer;
import org.lepcnn.core.api.PublicApi;

/**
 * Warms what computes with a model that was loaded, before anybody else gets it, on the loader's
 * thread. Travels in the job graph. Of several for one model in a process, the first is asked.
 */
@PublicApi
@FunctionalInterface
public interface ModelWarmUp extends Consumer<LoadedModel>, Serializable {
  /** Does nothing. */
  ModelWarmUp NONE = model -> {};
}
