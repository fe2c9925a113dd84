/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.precompute.job;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.model.ModelBundle;
import org.lepcnn.device.integrity.TableComputation;

/**
 * The weights of a job's model, packed once per process however many subtasks use them. The last
 * {@link #close} releases them.
 */
final class SharedComputation implements AutoCloseable {
  private static final Map<String, SharedComputation> OPEN = new HashMap<>();

  private final String job;
  private final TableComputation computation;
  private int users;

  private SharedComputation(String job, TableComputation computation) {
    this.job = job;
    this.computation = computation;
  }

  /**
   * The computation of that job in this process; made when this is its first user here.
   *
   * @param job the job's id
   * @throws BadInputException when the bundle is not the one that the job was planned with
   */
  static SharedComputation acquire(String job, TableSettings settings) {
    synchronized (OPEN) {
      SharedComputation shared = OPEN.get(job);
      if (shared == null) {
        shared = new SharedComputation(job, load(settings));
        OPEN.put(job, shared);
      }
      shared.users++;
      return shared;
    }
  }

  TableComputation get() {
    return computation;
  }

  @Override
  public void close() {
    synchronized (OPEN) {
      users--;
      if (users == 0) {
        OPEN.remove(job);
        computation.close();
      }
    }
  }

  private static TableComputation load(TableSettings settings) {
    ModelBundle.EdgeView view = ModelBundle.readEdge(Path.of(settings.bundle()));
    if (!view.fingerprint().toString().equals(settings.model())) {
      throw new BadInputException(
          "Making tables: expected the bundle "
              + settings.bundle()
              + " to be model "
              + settings.model()
              + "; found "
              + view.fingerprint()
              + ". The bundle must be the same on every machine, and must not change during a run.");
    }
    return new TableComputation(view.edge(), settings.kernels().choose());
  }
}
