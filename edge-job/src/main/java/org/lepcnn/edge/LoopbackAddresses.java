/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.edge;

import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.JobManagerOptions;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.configuration.TaskManagerOptions;

/**
 * Keeps a Flink cluster to this machine. Where nothing is said, Flink's servers (of blobs, data,
 * REST and RPC) listen on every interface, without asking who speaks.
 */
public final class LoopbackAddresses {
  private static final String LOOPBACK = "127.0.0.1";

  private LoopbackAddresses() {}

  /** Makes every server of a cluster with this configuration listen on the loopback interface. */
  public static Configuration in(Configuration configuration) {
    configuration.set(RestOptions.ADDRESS, LOOPBACK);
    configuration.set(RestOptions.BIND_ADDRESS, LOOPBACK);
    configuration.set(JobManagerOptions.BIND_HOST, LOOPBACK);
    configuration.set(TaskManagerOptions.BIND_HOST, LOOPBACK);
    return configuration;
  }
}
