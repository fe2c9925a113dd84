/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.kafka.access;

import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.kafka.topic.Topics;

/**
 * The least that a gateway and the edge job need.
 *
 * <p>Read and write include describe. An idempotent producer needs no right on the cluster: since
 * Kafka 2.8 the right to write some topic includes it.
 */
public final class AccessRules {
  private static final String ANY_HOST = "*";
  private static final String USER = "User:";

  private AccessRules() {}

  /**
   * Checks a principal.
   *
   * @param principal {@code User:NAME}, without wildcard
   * @return the principal
   */
  public static String checkPrincipal(String principal) {
    if (principal == null
        || !principal.startsWith(USER)
        || principal.length() == USER.length()
        || principal.equals(USER + "*")) {
      throw BadInputException.about("Principal")
          .expected("User:NAME of one user")
          .found("'" + principal + "'");
    }
    return principal;
  }

  /** The user's name in a principal. */
  static String userOf(String principal) {
    return checkPrincipal(principal).substring(USER.length());
  }

  /** A gateway: writes its own requests, reads its own results. */
  public static List<AclBinding> ofGateway(String gateway, String principal) {
    checkPrincipal(principal);
    return List.of(
        rule(topic(Topics.requests(gateway)), principal, AclOperation.WRITE),
        rule(topic(Topics.results(gateway)), principal, AclOperation.READ));
  }

  /**
   * The edge job: reads the requests of all gateways and the control topics, writes the results of
   * all gateways and what it rejects, sees how large a record those topics take and whether any of
   * them compresses, and commits its offsets.
   *
   * @param group the job's consumer group, from which its transactional ids begin too
   */
  public static List<AclBinding> ofEdge(String principal, String group) {
    checkPrincipal(principal);
    if (group == null || group.isBlank()) {
      throw BadInputException.about("Consumer group of the edge").expected("a name").found("none");
    }
    ResourcePattern results =
        pattern(ResourceType.TOPIC, Topics.RESULTS_PREFIX, PatternType.PREFIXED);
    ResourcePattern requests =
        pattern(ResourceType.TOPIC, Topics.REQUESTS_PREFIX, PatternType.PREFIXED);
    List<AclBinding> rules = new ArrayList<>();
    for (ResourcePattern read : List.of(requests, topic(Topics.MODELS), topic(Topics.DEVICES))) {
      rules.add(rule(read, principal, AclOperation.READ));
      rules.add(rule(read, principal, AclOperation.DESCRIBE_CONFIGS));
    }
    for (ResourcePattern written : List.of(results, topic(Topics.REJECTED))) {
      rules.add(rule(written, principal, AclOperation.WRITE));
      rules.add(rule(written, principal, AclOperation.DESCRIBE_CONFIGS));
    }
    rules.add(
        rule(
            pattern(ResourceType.GROUP, group, PatternType.LITERAL), principal, AclOperation.READ));
    rules.add(
        rule(
            pattern(ResourceType.TRANSACTIONAL_ID, group + "-", PatternType.PREFIXED),
            principal,
            AclOperation.WRITE));
    return rules;
  }

  private static ResourcePattern topic(String name) {
    return pattern(ResourceType.TOPIC, name, PatternType.LITERAL);
  }

  private static ResourcePattern pattern(ResourceType type, String name, PatternType how) {
    return new ResourcePattern(type, name, how);
  }

  private static AclBinding rule(
      ResourcePattern resource, String principal, AclOperation operation) {
    return new AclBinding(
        resource, new AccessControlEntry(principal, ANY_HOST, operation, AclPermissionType.ALLOW));
  }
}
