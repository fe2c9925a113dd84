/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.precompute.job;

import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.streaming.api.graph.StreamGraph;

/** Where the batch job runs: inside this process, or on the owner's own cluster. */
public interface BatchCluster extends AutoCloseable {
  /** What jobs for this cluster are configured with. */
  Configuration configuration();

  /**
   * Submits a job built with {@link #configuration()}.
   *
   * @throws Exception when the cluster does not take it
   */
  JobClient submit(StreamGraph graph) throws Exception;

  /** Releases everything that {@link #submit} started in this process; waits for it. */
  @Override
  void close();
}
