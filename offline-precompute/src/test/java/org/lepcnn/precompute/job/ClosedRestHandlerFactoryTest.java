/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.precompute.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.ServiceLoader;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.runtime.io.network.netty.InboundChannelHandlerFactory;
import org.apache.flink.shaded.netty4.io.netty.channel.embedded.EmbeddedChannel;
import org.junit.jupiter.api.Test;

class ClosedRestHandlerFactoryTest {
  @Test
  void theLocalModeClosesEveryConnection() {
    ClosedRestHandlerFactory factory = new ClosedRestHandlerFactory();
    try (LocalCluster cluster = new LocalCluster(1)) {
      EmbeddedChannel channel =
          new EmbeddedChannel(
              factory.createHandler(cluster.configuration(), Map.of()).orElseThrow());

      assertThat(channel.isOpen()).isFalse();
    }
  }

  @Test
  void aClusterKeepsItsEndpoint() {
    assertThat(new ClosedRestHandlerFactory().createHandler(new Configuration(), Map.of()))
        .isEmpty();
  }

  @Test
  void flinkFindsTheFactory() {
    assertThat(ServiceLoader.load(InboundChannelHandlerFactory.class))
        .hasAtLeastOneElementOfType(ClosedRestHandlerFactory.class);
  }
}
