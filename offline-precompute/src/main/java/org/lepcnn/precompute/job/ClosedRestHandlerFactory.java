/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.precompute.job;

import java.util.Map;
import java.util.Optional;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.runtime.io.network.netty.InboundChannelHandlerFactory;
import org.apache.flink.shaded.netty4.io.netty.channel.ChannelFuture;
import org.apache.flink.shaded.netty4.io.netty.channel.ChannelHandler;
import org.apache.flink.shaded.netty4.io.netty.channel.ChannelHandlerContext;
import org.apache.flink.shaded.netty4.io.netty.channel.ChannelInboundHandlerAdapter;

/**
 * Closes every connection to the REST endpoint of the local mode.
 *
 * <p>Flink starts this endpoint even inside one process, and whoever reaches it can submit code.
 * The local mode runs in the owner's process, which holds the root key; so there nobody gets in,
 * not even other users of the same machine. Active only where {@link #CLOSED} is set, so that a
 * cluster that has this jar on its class path keeps its endpoint.
 */
public final class ClosedRestHandlerFactory implements InboundChannelHandlerFactory {
  /** {@code lepcnn.local.rest-closed} (boolean, false): refuse all REST connections. */
  static final ConfigOption<Boolean> CLOSED =
      ConfigOptions.key("lepcnn.local.rest-closed").booleanType().defaultValue(false);

  @Override
  public int priority() {
    return 0;
  }

  @Override
  public Optional<ChannelHandler> createHandler(
      Configuration configuration, Map<String, String> responseHeaders) {
    return configuration.get(CLOSED) ? Optional.of(new Closing()) : Optional.empty();
  }

  private static final class Closing extends ChannelInboundHandlerAdapter {
    @Override
    public void handlerAdded(ChannelHandlerContext context) {
      ChannelFuture unused = context.close();
    }
  }
}
