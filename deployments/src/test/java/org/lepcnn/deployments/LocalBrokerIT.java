/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.deployments;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.process.FreePorts;

class LocalBrokerIT {
  private static final long LIMIT_SECONDS = 600;

  @TempDir Path folder;

  @Test
  void aKilledBroker_comesBackOnTheSamePortWithItsTopics() throws Exception {
    long pid;
    int port;
    try (LocalBroker broker = LocalBroker.start(folder.resolve("a broker"))) {
      port = broker.port();
      createTopic(broker.bootstrapServers());
      long killed = broker.pid();
      broker.kill();
      assertThat(broker.isAlive()).isFalse();
      assertThat(ProcessHandle.of(killed)).isEmpty();

      broker.restart();
      pid = broker.pid();
      assertThat(broker.port()).isEqualTo(port);
      assertThat(topics(broker.bootstrapServers())).containsExactly("kept");
    }
    assertThat(ProcessHandle.of(pid)).isEmpty();
    assertThat(FreePorts.isFree(port)).isTrue();
  }

  @Test
  void aPortInUse_isNamed() throws Exception {
    try (LoopbackListener taken = new LoopbackListener()) {
      assertThatThrownBy(() -> LocalBroker.start(LocalLayout.find(), folder, taken.port()))
          .isInstanceOf(EnvironmentException.class)
          .hasMessageContaining("port " + taken.port() + " to be free");
    }
  }

  @Test
  void whatIsNotBuilt_isNamedWithTheRemedy() {
    LocalLayout elsewhere = new LocalLayout(folder);
    assertThatThrownBy(elsewhere::brokerClassPath)
        .isInstanceOf(EnvironmentException.class)
        .hasMessageContaining("./mvnw -q -DskipTests package");
  }

  private static void createTopic(String servers) throws Exception {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", servers))) {
      NewTopic topic = new NewTopic("kept", 1, (short) 1);
      admin.createTopics(List.of(topic)).all().get(LIMIT_SECONDS, TimeUnit.SECONDS);
    }
  }

  private static Set<String> topics(String servers) throws Exception {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", servers))) {
      return admin.listTopics().names().get(LIMIT_SECONDS, TimeUnit.SECONDS);
    }
  }
}
