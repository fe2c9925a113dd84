/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.control;

import java.io.Serializable;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.lepcnn.flink.kernel.ModelWarmUp;
import org.lepcnn.flink.model.ModelPool;
import org.lepcnn.flink.quota.Enrolment;
import org.lepcnn.flink.quota.Quotas;

/**
 * What admission asks: who may do what, which models are there, what quotas are used up. One per
 * process and job, shared by its operators. Never blocks; thread-safe.
 */
public interface EdgeControl extends AutoCloseable {
  /** Whether all that was published before the start is known. */
  boolean isReady();

  /** What a device may do; null when it is not enrolled. */
  @Nullable Enrolment enrolment(String device);

  /** The models that this process serves. */
  ModelPool models();

  /** What devices have used of their quotas. */
  Quotas quotas();

  /** Figures for metrics, by name. */
  Map<String, LongSupplier> figures();

  @Override
  void close();

  /** Opens the control of a process, or a share of it; travels in the job graph. */
  @FunctionalInterface
  interface Provider extends Serializable {
    /**
     * @param warmUp gets every model that is loaded for this process, before it is used
     */
    EdgeControl open(ModelWarmUp warmUp);
  }
}
