/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli.kafka;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.apache.kafka.common.acl.AclBinding;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.kafka.access.AccessAdmin;
import org.lepcnn.kafka.access.AccessReport;
import org.lepcnn.kafka.access.AccessRules;
import org.lepcnn.kafka.access.ByteRates;
import org.lepcnn.kafka.client.ClientSettings;
import picocli.CommandLine.Option;

/** Who may use a gateway's topics, and how much. */
final class AccessOptions {
  @Option(
      names = "--acls",
      description =
          "Also create access rules: the gateway may write its requests and read its results, the edge may read all requests and write all results.")
  private boolean acls;

  @Option(
      names = "--principal",
      paramLabel = "User:NAME",
      description = "The gateway's principal at the broker. Default: User:gateway-GATEWAY.")
  private String principal;

  @Option(
      names = "--edge-principal",
      paramLabel = "User:NAME",
      defaultValue = "User:edge",
      description = "The edge job's principal. Default: User:edge.")
  private String edgePrincipal;

  @Option(
      names = "--edge-group",
      paramLabel = "ID",
      defaultValue = "lepcnn-edge",
      description = "The edge job's consumer group. Default: lepcnn-edge.")
  private String edgeGroup;

  @Option(
      names = "--producer-byte-rate",
      paramLabel = "N",
      description = "Bytes per second that the gateway may write to each broker.")
  private Long producerByteRate;

  @Option(
      names = "--consumer-byte-rate",
      paramLabel = "N",
      description = "Bytes per second that the gateway may read from each broker.")
  private Long consumerByteRate;

  /** Refuses options that contradict each other, before anything is created. */
  void check() {
    if (principal != null && !acls && !limits()) {
      throw BadInputException.about("--principal")
          .expected("--acls or a byte rate beside it")
          .found("neither");
    }
  }

  /** Grants and limits what was asked for; empty when nothing was. */
  List<AccessReport> apply(ClientSettings settings, String gateway, Duration timeout) {
    List<AccessReport> reports = new ArrayList<>();
    if (!acls && !limits()) {
      return reports;
    }
    String own = principal == null ? "User:gateway-" + gateway : principal;
    try (AccessAdmin admin = AccessAdmin.connect(settings, timeout)) {
      if (acls) {
        List<AclBinding> rules = new ArrayList<>(AccessRules.ofGateway(gateway, own));
        rules.addAll(AccessRules.ofEdge(edgePrincipal, edgeGroup));
        reports.addAll(admin.grant(rules));
      }
      reports.addAll(admin.limit(own, new ByteRates(of(producerByteRate), of(consumerByteRate))));
    }
    return reports;
  }

  private boolean limits() {
    return producerByteRate != null || consumerByteRate != null;
  }

  private static OptionalLong of(Long value) {
    return value == null ? OptionalLong.empty() : OptionalLong.of(value);
  }
}
