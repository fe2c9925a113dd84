/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.kafka.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclBindingFilter;
import org.apache.kafka.common.quota.ClientQuotaFilter;
import org.junit.jupiter.api.Test;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.kafka.client.ClientSettings;
import org.lepcnn.kafka.testkit.LocalKafka;

class AccessAdminIT {
  private static final Duration LIMIT = Duration.ofSeconds(200);
  private static final String GATEWAY = "User:gateway-g";

  @Test
  void grantedAndLimitedTwice_changesNothingTheSecondTime() throws Exception {
    Map<String, String> authorizer =
        Map.of(
            "authorizer.class.name",
            "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
            "super.users",
            "User:ANONYMOUS");
    try (LocalKafka broker = LocalKafka.start(authorizer)) {
      ClientSettings settings = ClientSettings.of(broker.bootstrapServers(), Map.of());
      List<AclBinding> rules = new ArrayList<>(AccessRules.ofGateway("g", GATEWAY));
      rules.addAll(AccessRules.ofEdge("User:edge", "lepcnn-edge"));
      ByteRates rates = new ByteRates(OptionalLong.of(1_000_000), OptionalLong.empty());
      try (AccessAdmin access = AccessAdmin.connect(settings, LIMIT);
          Admin admin = Admin.create(settings.admin(LIMIT))) {
        assertThat(access.grant(rules)).hasSameSizeAs(rules).allMatch(AccessReport::created);
        assertThat(access.grant(rules)).hasSameSizeAs(rules).noneMatch(AccessReport::created);
        assertThat(admin.describeAcls(AclBindingFilter.ANY).values().get(200, TimeUnit.SECONDS))
            .containsExactlyInAnyOrderElementsOf(rules);

        assertThat(access.limit(GATEWAY, rates)).hasSize(1).allMatch(AccessReport::created);
        assertThat(access.limit(GATEWAY, rates)).hasSize(1).noneMatch(AccessReport::created);
        assertThat(access.limit(GATEWAY, ByteRates.UNCHANGED)).isEmpty();
        assertThat(
                admin
                    .describeClientQuotas(ClientQuotaFilter.all())
                    .entities()
                    .get(200, TimeUnit.SECONDS)
                    .values())
            .containsExactly(Map.of("producer_byte_rate", 1_000_000.0));
      }
    }
  }

  @Test
  void brokerWithoutAuthorizer_saysThatEverybodyMayDoEverything() {
    try (LocalKafka broker = LocalKafka.start();
        AccessAdmin access =
            AccessAdmin.connect(ClientSettings.of(broker.bootstrapServers(), Map.of()), LIMIT)) {
      assertThatThrownBy(() -> access.grant(AccessRules.ofGateway("g", GATEWAY)))
          .isInstanceOf(EnvironmentException.class)
          .hasMessageContaining("authorizer.class.name");
    }
  }

  @Test
  void principalOfEverybody_isRefused() {
    assertThatThrownBy(() -> AccessRules.ofGateway("g", "User:*"))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("expected User:NAME");
    assertThatThrownBy(() -> AccessRules.ofEdge("edge", "lepcnn-edge"))
        .isInstanceOf(BadInputException.class);
    assertThatThrownBy(() -> new ByteRates(OptionalLong.of(0), OptionalLong.empty()))
        .isInstanceOf(BadInputException.class);
  }
}
