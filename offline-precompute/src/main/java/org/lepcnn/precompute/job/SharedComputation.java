/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.precompute.job;

import java.nio.file.Path;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.model.ModelBundle;
import org.lepcnn.core.shared.ProcessWide;
import org.lepcnn.core.shared.ProcessWide.Share;
import org.lepcnn.device.integrity.TableComputation;

/** The weights of a job's model, packed once per process however many subtasks use them. */
final class SharedComputation {
  private SharedComputation() {}

  /**
   * A share in the computation of that job; made when this is its first user here.
   *
   * @param job the job's id
   * @throws BadInputException when the bundle is not the one that the job was planned with
   */
  static Share<TableComputation> acquire(String job, TableSettings settings) {
    return ProcessWide.share(
        SharedComputation.class, job, () -> load(settings), TableComputation::close);
  }

  private static TableComputation load(TableSettings settings) {
    ModelBundle.EdgeView view = ModelBundle.readEdge(Path.of(settings.bundle()));
    if (!view.fingerprint().toString().equals(settings.model())) {
      throw BadInputException.about("Making tables")
          .expected("the bundle " + settings.bundle() + " to be model " + settings.model())
          .found(
              view.fingerprint(),
              "The bundle must be the same on every machine, and must not change during a run.");
    }
    return new TableComputation(view.edge(), settings.kernels().choose());
  }
}
