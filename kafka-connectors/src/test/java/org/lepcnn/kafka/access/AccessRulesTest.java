/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.kafka.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.common.acl.AclBinding;
import org.junit.jupiter.api.Test;

/** What the broker's rules let each user do, and nothing beyond. */
class AccessRulesTest {
  @Test
  void aGateway_writesItsRequestsAndReadsItsResults_andNothingElse() {
    assertThat(allowed(AccessRules.ofGateway("north", "User:north")))
        .containsExactlyInAnyOrder(
            "User:north may WRITE TOPIC LITERAL lepcnn.requests.north",
            "User:north may READ TOPIC LITERAL lepcnn.results.north");
  }

  @Test
  void theEdge_writesNoRequestsAndNoControlTopics() {
    Set<String> allowed = allowed(AccessRules.ofEdge("User:edge", "group"));
    assertThat(allowed)
        .contains(
            "User:edge may READ TOPIC PREFIXED lepcnn.requests.",
            "User:edge may WRITE TOPIC PREFIXED lepcnn.results.")
        .filteredOn(rule -> rule.contains("may WRITE TOPIC"))
        .containsExactlyInAnyOrder(
            "User:edge may WRITE TOPIC PREFIXED lepcnn.results.",
            "User:edge may WRITE TOPIC LITERAL lepcnn.rejected");
  }

  private static Set<String> allowed(List<AclBinding> rules) {
    return rules.stream().map(AccessRulesTest::text).collect(Collectors.toSet());
  }

  private static String text(AclBinding rule) {
    assertThat(rule.entry().permissionType().name()).isEqualTo("ALLOW");
    return rule.entry().principal()
        + " may "
        + rule.entry().operation()
        + " "
        + rule.pattern().resourceType()
        + " "
        + rule.pattern().patternType()
        + " "
        + rule.pattern().name();
  }
}
