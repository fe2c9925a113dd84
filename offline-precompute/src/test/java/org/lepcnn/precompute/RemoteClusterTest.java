/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.precompute;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Path;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.JobManagerOptions;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.test.junit5.InjectClusterRESTAddress;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.core.net.HostPort;
import org.lepcnn.device.integrity.FaultyKernelException;

/** The same run through the REST address of a Flink cluster that stands by itself. */
@Tag("slow")
public class RemoteClusterTest {
  @RegisterExtension static final MiniClusterExtension CLUSTER = newCluster();

  @TempDir Path folder;

  @Test
  void aClusterMakesTheSameTables(@InjectClusterRESTAddress URI rest) throws IOException {
    Workshop shop = Workshop.create(folder);
    PrecomputeResult result =
        Precompute.run(
            shop.options(70).parallelism(2).jobManager(address(rest)).build(),
            ProgressListener.NONE);

    assertThat(result.files()).isEqualTo(2);
    assertThat(shop.tableNames()).containsExactly("0-0-63.lept", "1-64-69.lept");
    shop.assertTablesRight(0, 69);
  }

  @Test
  void aFailureOnTheClusterKeepsItsKind(@InjectClusterRESTAddress URI rest) throws IOException {
    Workshop shop = Workshop.create(folder);
    PrecomputeOptions options = shop.options(3).jobManager(address(rest)).build();

    assertThatThrownBy(
            () -> Precompute.run(options, TestKernels.saturating(), ProgressListener.NONE))
        .isInstanceOf(FaultyKernelException.class);
    assertThat(shop.tableNames()).isEmpty();
  }

  @Test
  void anAddressWithoutAJobManagerIsNoticedBeforeAnythingIsIssued() throws IOException {
    Workshop shop = Workshop.create(folder);
    int port;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    PrecomputeOptions options = shop.options(3).jobManager(new HostPort("localhost", port)).build();

    assertThatThrownBy(() -> Precompute.run(options, ProgressListener.NONE))
        .isInstanceOf(EnvironmentException.class)
        .hasMessageContaining("Nothing was issued");
    assertThat(shop.issued()).isZero();
  }

  public static MiniClusterExtension newCluster() {
    return new MiniClusterExtension(
        new MiniClusterResourceConfiguration.Builder()
            .setNumberTaskManagers(2)
            .setNumberSlotsPerTaskManager(1)
            .setConfiguration(onLoopback())
            .build());
  }

  private static Configuration onLoopback() {
    Configuration configuration = new Configuration();
    configuration.set(RestOptions.BIND_ADDRESS, "127.0.0.1");
    configuration.set(JobManagerOptions.BIND_HOST, "127.0.0.1");
    configuration.set(TaskManagerOptions.BIND_HOST, "127.0.0.1");
    return configuration;
  }

  public static HostPort address(URI rest) {
    return new HostPort(rest.getHost(), rest.getPort());
  }
}
