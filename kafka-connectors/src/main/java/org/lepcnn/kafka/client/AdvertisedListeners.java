/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.kafka.client;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.apache.kafka.clients.ApiVersions;
import org.apache.kafka.clients.ClientResponse;
import org.apache.kafka.clients.ClientUtils;
import org.apache.kafka.clients.DefaultHostResolver;
import org.apache.kafka.clients.KafkaClient;
import org.apache.kafka.clients.ManualMetadataUpdater;
import org.apache.kafka.clients.NetworkClientUtils;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.metrics.Metrics;
import org.apache.kafka.common.requests.MetadataRequest;
import org.apache.kafka.common.requests.MetadataResponse;
import org.apache.kafka.common.utils.LogContext;
import org.apache.kafka.common.utils.Time;

/**
 * Asks the broker behind a bootstrap address where it says that its brokers are. Clients go on
 * there, so an address that is wrong from here is met with silence, whatever the bootstrap address
 * answers.
 */
final class AdvertisedListeners {
  private static final Duration LIMIT = Duration.ofSeconds(5);

  private AdvertisedListeners() {}

  /**
   * The addresses {@code host:port} that a broker names and that cannot be reached from here; none
   * when no broker answers.
   */
  static List<String> unreachable(ClientSettings settings) {
    List<String> unreachable = new ArrayList<>();
    for (Node node : ask(settings)) {
      String address = (node.host().indexOf(':') < 0 ? node.host() : "[" + node.host() + "]");
      address += ":" + node.port();
      if (EndpointProbe.find(address).compareTo(EndpointProbe.Finding.CLOSED) <= 0) {
        unreachable.add(address);
      }
    }
    return unreachable;
  }

  private static Collection<Node> ask(ClientSettings settings) {
    AdminClientConfig config = new AdminClientConfig(settings.admin(LIMIT));
    try (Metrics metrics = new Metrics();
        KafkaClient client = client(config, metrics)) {
      int id = -1;
      for (InetSocketAddress address : ClientUtils.parseAndValidateAddresses(config)) {
        try {
          return ask(client, new Node(id--, address.getHostString(), address.getPort()));
        } catch (IOException e) {
          // the next one may answer
        }
      }
    } catch (KafkaException | IOException e) {
      return List.of(); // nobody answers; that is what is being explained
    }
    return List.of();
  }

  private static Collection<Node> ask(KafkaClient client, Node bootstrap) throws IOException {
    Time time = Time.SYSTEM;
    if (!NetworkClientUtils.awaitReady(client, bootstrap, time, LIMIT.toMillis())) {
      throw new IOException("no connection in time");
    }
    MetadataRequest.Builder question = MetadataRequest.Builder.forTopicNames(List.of(), false);
    ClientResponse answer =
        NetworkClientUtils.sendAndReceive(
            client,
            client.newClientRequest(bootstrap.idString(), question, time.milliseconds(), true),
            time);
    return ((MetadataResponse) answer.responseBody()).brokers();
  }

  private static KafkaClient client(AdminClientConfig config, Metrics metrics) {
    return ClientUtils.createNetworkClient(
        config,
        "lepcnn-listeners",
        metrics,
        "lepcnn-listeners",
        new LogContext(),
        new ApiVersions(),
        Time.SYSTEM,
        1,
        Math.toIntExact(LIMIT.toMillis()),
        new ManualMetadataUpdater(),
        new DefaultHostResolver());
  }
}
