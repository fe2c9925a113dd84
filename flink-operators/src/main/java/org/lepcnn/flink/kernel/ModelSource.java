/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.kernel;

import java.io.Serializable;
import java.util.Objects;
import org.lepcnn.core.api.PublicApi;

/**
 * Where a model lies and how it is computed; travels in the job graph.
 *
 * @param folder a bundle's folder with at least the edge half and the manifest, readable under the
 *     same path on every TaskManager
 * @param kernel the name of a kernel; empty for the best one of each machine
 * @param allowScalar whether expensive layers may run on the scalar kernel where no other is exact
 */
@PublicApi
public record ModelSource(String folder, String kernel, boolean allowScalar)
    implements Serializable {
  private static final long serialVersionUID = 1L;

  public ModelSource {
    Objects.requireNonNull(folder, "folder");
    Objects.requireNonNull(kernel, "kernel");
  }

  /** A model whose expensive layers may not fall back to the scalar kernel. */
  public ModelSource(String folder, String kernel) {
    this(folder, kernel, false);
  }
}
